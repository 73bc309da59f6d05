#pragma once
#include <png.h>

// Function-like macros do not reach Swift; these are the one format that the project uses.
static const png_uint_32 NANOVLA_PNG_FORMAT_RGB = PNG_FORMAT_RGB;
static const png_uint_32 NANOVLA_PNG_VERSION = PNG_IMAGE_VERSION;
