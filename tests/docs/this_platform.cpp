// SPDX-License-Identifier: BSL-1.0
#include "docs/this_platform.hpp"

#include <filesystem>
#include <random>

std::string docs::scratch_name(const std::string& ending) {
  const std::string name = "rill-docs-" + std::to_string(std::random_device()()) + ending;
  return (std::filesystem::temp_directory_path() / name).string();
}
