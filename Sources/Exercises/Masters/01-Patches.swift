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
  #if SOLUTION
    let (B, C) = (images.dim(0), images.dim(3))
    let (rows, columns) = (images.dim(1) / size, images.dim(2) / size)
    return
      images
      .reshaped([B, rows, size, columns, size, C])  // [B, H, W, C] → [B, H/S, S, W/S, S, C]
      .permuted([0, 1, 3, 2, 4, 5])  // → [B, H/S, W/S, S, S, C]
      .reshaped([B, rows * columns, size * size * C])  // → [B, P, S·S·C]
  #else
    notAttempted()
  #endif
}

// Script: check(Patches.self, patches)

// Answer: 64 patches of 192 numbers. The reshape gives the right shape and wrong patches: 192
// numbers in a row of memory are one line of the image, 64 pixels wide and 1 high.
// Hint 1: In memory the pixels of one image row are neighbors. How far apart are two pixels of one
// patch that are above each other?
// Hint 2: Split H into (H/S, S) and W into (W/S, S) with `reshaped`, which moves nothing in memory.
// Which axes must become neighbors before they are joined? `permuted` moves them.
// Hint 3: reshaped to [B, H/S, S, W/S, S, C], permuted([0, 1, 3, 2, 4, 5]), reshaped to [B, P,
// S·S·C].
