// Exercise 3 · Cross-attention with several heads
// Difficulty 3 of 3, importance 3 of 3, about 20 minutes.
//
// Predict first: the text has T tokens and the image P patches. Which of the two numbers does the
// output have? What does a text token become if all patches are equal? Write your answer down
// before you begin.
//
// The text queries the image: split the width into heads, let each head attend with
// scaledDotProductAttention, put the heads side by side, and add the text tokens (the residual
// connection). There are no linear layers here: the tokens themselves are queries, keys and values.
// Letters: B samples, T text tokens, P patches, D width, H heads, d = D/H.
//
// In the course: Sources/NanoVLA/3-Fusion/CrossAttentionFusion.swift and
// 2-Transformer/MultiHeadAttention.swift. If you change it there, this checks it:
// swift test --filter "FusionTests|AttentionTests"
//
// Check this file with nanovla-lesson check 3; help: nanovla-lesson hint 3.

import Exercises
import NanoVLA
import Tensors

/// Text tokens that have attended to an image: text + heads(attention(text, image, image)).
/// - Parameters:
///   - text: [B, T, D]
///   - image: [B, P, D]
///   - heads: H
/// - Returns: [B, T, D]
func crossAttention(text: Tensor, image: Tensor, heads: Int) -> Tensor {
  #if SOLUTION
    func split(_ x: Tensor) -> Tensor {
      x.reshaped([x.dim(0), x.dim(1), heads, x.dim(2) / heads])  // [B, N, D] → [B, N, H, d]
        .transposed(1, 2)  // [B, N, H, d] → [B, H, N, d]
    }
    let (queries, patches) = (split(text), split(image))
    let attended = scaledDotProductAttention(query: queries, key: patches, value: patches).output
    let merged = attended.transposed(1, 2)  // [B, H, T, d] → [B, T, H, d]
      .reshaped(text.shape)  // [B, T, H, d] → [B, T, D]
    return text + merged
  #else
    notAttempted()
  #endif
}

// Script: check(CrossAttention.self, crossAttention)

// Answer: T: each query gives one output. If all patches are equal, every weighted average is that
// patch, whatever the text asks: the token becomes itself plus that patch.
// Hint 1: Which of the two sequences gives the queries, and which one the keys and values? For
// which one do you need outputs?
// Hint 2: A head is a slice of the WIDTH. A reshape can split the width, [B, T, H, d]; then the
// heads must move before the tokens, and back again before the merge.
// Hint 3: Split: reshaped([B, T, H, d]).transposed(1, 2). Attend with the query from the text, and
// key and value from the image; take .output. Merge: transposed(1, 2).reshaped([B, T, D]). Add the
// text.
