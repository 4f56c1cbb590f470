// Computes the Mandelbrot set in bands of rows on a cluster inside this program
// and writes it as a PNG: `mandelbrot FILE [WIDTH HEIGHT]`

#include <troupe/client.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <png.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

namespace {

using band = std::vector<char>;

/// The arguments of the built-in function `mandelbrot`.
struct picture {
  uint64_t width = 800;
  uint64_t height = 600;
  uint64_t iterations = 1000;
  std::tuple<double, double> center{-0.65, 0.0};
  double scale = 3.4;
};

TROUPE_STRUCT(picture, width, height, iterations, center, scale)

int fail(const std::string& why) {
  std::fprintf(stderr, "mandelbrot: %s\n", why.c_str());
  return 1;
}

/// Colours of the escape times: black for the set itself, then a smooth ring of
/// blue, white and orange.
std::vector<png_byte> palette() {
  std::vector<png_byte> colours(3 * 256, 0);
  for (int i = 1; i < 256; ++i) {
    auto phase = 6.283185307 * std::sqrt(i / 255.0) * 2;
    auto wave = [phase](double shift) {
      return static_cast<png_byte>(127.5 * (1 - std::cos(phase + shift)));
    };
    colours[3 * i] = wave(0.0);
    colours[3 * i + 1] = wave(0.35);
    colours[3 * i + 2] = wave(0.9);
  }
  return colours;
}

bool write_png(const std::string& path, const picture& size,
               const std::vector<band>& bands) {
  auto colours = palette();
  std::vector<png_byte> pixels;
  pixels.reserve(size.width * size.height * 3);
  for (const auto& part : bands)
    for (auto value : part) {
      auto colour = colours.begin() + 3 * static_cast<uint8_t>(value);
      pixels.insert(pixels.end(), colour, colour + 3);
    }
  if (pixels.size() != size.width * size.height * 3)
    return false;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(size.width);
  image.height = static_cast<png_uint_32>(size.height);
  image.format = PNG_FORMAT_RGB;
  return png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0,
                                 nullptr)
         != 0;
}

int run(caf::actor_system& system, const std::string& path,
        const picture& what) {
  auto cluster = troupe::local_cluster::start(system);
  if (!cluster)
    return fail(to_string(troupe::from_caf(cluster.error())));
  auto client = cluster->connect();
  if (!client)
    return fail(to_string(troupe::from_caf(client.error())));
  troupe::job_spec job;
  job.name = "mandelbrot";
  troupe::client::set_args(job, what);
  constexpr uint64_t rows_per_band = 16;
  auto bands = client->run_pairs<std::vector<band>>(
    "mandelbrot", 0, static_cast<int64_t>(what.height), rows_per_band, job);
  if (!bands)
    return fail(to_string(troupe::from_caf(bands.error())));
  if (!write_png(path, what, *bands))
    return fail("cannot write " + path);
  std::printf("%llu x %llu pixels written\n",
              static_cast<unsigned long long>(what.width),
              static_cast<unsigned long long>(what.height));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: mandelbrot FILE [WIDTH HEIGHT]\n");
    return 2;
  }
  picture what;
  if (argc == 4) {
    what.width = std::strtoull(argv[2], nullptr, 10);
    what.height = std::strtoull(argv[3], nullptr, 10);
  }
  caf::actor_system_config config;
  troupe::configure(config);
  caf::actor_system system{config};
  return run(system, argv[1], what);
}
