#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

// Function-like macros do not reach Swift; these are the one format that the project writes.
static const png_uint_32 NANOVLA_PNG_FORMAT_RGB = PNG_FORMAT_RGB;
static const png_uint_32 NANOVLA_PNG_VERSION = PNG_IMAGE_VERSION;

/// A PNG file that is being decoded: how much of it is read, and libpng's message if it fails.
typedef struct {
  const uint8_t *bytes;
  size_t count, position;
  char message[128];
} nanovla_png_input;

static inline void nanovla_png_read(png_structp png, png_bytep to, size_t count) {
  nanovla_png_input *input = (nanovla_png_input *)png_get_io_ptr(png);
  if (count > input->count - input->position) png_error(png, "it ends early");
  memcpy(to, input->bytes + input->position, count);
  input->position += count;
}

static inline void nanovla_png_fail(png_structp png, png_const_charp message) {
  nanovla_png_input *input = (nanovla_png_input *)png_get_error_ptr(png);
  strncpy(input->message, message, sizeof input->message - 1);
  png_longjmp(png, 1);
}

static inline void nanovla_png_warn(png_structp png, png_const_charp message) {
  (void)png, (void)message;
}

/// Decodes a file of width × height pixels to 8-bit RGB as Pillow's `convert("RGB")` does: color
/// spaces, gamma and transparency are passed over, and 16-bit samples keep their high byte; only
/// 16-bit gray is scaled. Returns 0 and fills in `message` if libpng refuses the file.
static inline int nanovla_png_decode(
    nanovla_png_input *input, png_uint_32 width, png_uint_32 height, uint8_t *pixels) {
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, input, nanovla_png_fail, nanovla_png_warn);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (info == NULL || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, input, nanovla_png_read);
  // All chunks but IHDR, PLTE, tRNS, IDAT and IEND are skipped unread.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);

  int type = png_get_color_type(png, info);
  if (png_get_bit_depth(png, info) == 16) {
    if (type == PNG_COLOR_TYPE_GRAY) png_set_scale_16(png);
    else png_set_strip_16(png);
  }
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height
      || png_get_rowbytes(png, info) != 3 * (size_t)width)
    png_error(png, "its rows are not what the header says");
  for (int pass = 0; pass < passes; pass++)
    for (png_uint_32 row = 0; row < height; row++)
      png_read_row(png, pixels + (size_t)row * 3 * width, NULL);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}
