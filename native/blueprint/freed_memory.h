#pragma once

namespace gsv::blueprint {

// Gives memory that was freed back to the system. glibc keeps it, between what is still held: after the weights of a
// network were packed and freed piece by piece, that is as much as the network.
void return_freed_memory();

}  // namespace gsv::blueprint
