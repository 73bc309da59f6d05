// Exercise 1 · Cutting an image into patches
// Difficulty 2 of 3, importance 3 of 3, about 15 minutes.
//
// Predict first: an image of 64×64 pixels with 3 colors is cut into squares of 8×8. How many
// patches are there, and how many numbers has each? Would reshaped([1, 64, 192]) alone give them?
// Write your answer down before you begin.
//
// Cut images into squares, row by row from the top left; within a square, pixels row by row with
// their colors together. Letters: B images, H×W pixels, C colors, S size, P = (H/S)·(W/S) patches.
// H and W may differ; both are multiples of S.
//
// In the course: Sources/NanoVLA/1-Vision/PatchEmbedding.swift. If you change it there, this checks
// it:
// swift test --filter PatchEmbeddingTests
//
// Check this file with nanovla-lesson check 1; help: nanovla-lesson hint 1.

import Exercises
import Tensors

/// Cuts images into squares of `size` × `size` pixels: [B, H, W, C] → [B, P, S·S·C].
func patches(of images: Tensor, size: Int) -> Tensor {
  notAttempted()
}

check(Patches.self, patches)
