// What torch's large tensors lie in.
#pragma once

namespace gsv::blueprint {

// From now on torch takes large blocks from the system in large pages and keeps some of those that it frees for the
// next ones. An allocator gives blocks of some megabytes back and takes them anew for every operation, and the system
// clears each page again: 5 % of v4's time.
void keep_large_blocks();

// Gives memory that was freed back to the system. glibc keeps it, between what is still held: after the weights of a
// network were packed and freed piece by piece, that is as much as the network.
void return_freed_memory();

}  // namespace gsv::blueprint
