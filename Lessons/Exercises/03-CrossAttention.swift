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
  notAttempted()
}

check(CrossAttention.self, crossAttention)
