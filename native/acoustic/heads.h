// Multi-head attention over all positions at once. No torch here.
#pragma once

#include "acoustic/sequence.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace gsv::acoustic {

// Where the heads' channels lie in a row.
struct Columns {
  const Sequence* rows;
  int first;
};

// Embeddings of the distances -reach..reach between a query and what it looks at, one set for all heads.
struct Distances {
  const float* keys = nullptr;    // [2 * reach + 1][padded head_dim], zeros behind head_dim
  const float* values = nullptr;  // likewise
  int reach = 0;
  int count() const { return keys == nullptr ? 0 : 2 * reach + 1; }
};

class Heads {
 public:
  Heads(int heads, int head_dim, const kernels::Kernels& kernels, kernels::ThreadPool& pool)
      : heads_(heads), head_dim_(head_dim), kernels_(kernels), pool_(pool) {}

  // y[t] = the values' mean by softmax(q . k / sqrt(head_dim)); with distances, q . keys[d] is added to the score of
  // the position that is d away, and values[d] to its value.
  void attend(Columns queries, Columns keys, Columns values, const Distances& distances, Sequence& y) const;

 private:
  struct Stored;  // keys and values in the kernels' panels, then the distances'
  void store(Stored& stored, int head, Columns keys, Columns values, const Distances& distances) const;
  void attend_block(const Stored& stored, int head, Columns queries, int first, int count, const Distances& distances,
                    float* scores, Sequence& y) const;

  int heads_, head_dim_;
  const kernels::Kernels& kernels_;
  kernels::ThreadPool& pool_;
};

}  // namespace gsv::acoustic
