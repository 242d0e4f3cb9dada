// checkpoint-unit FIXTURES SCRATCH: prints TAP, fails when a test does.
#include "unit.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  gsv::test::Suite suite(argv[1], argv[2]);
  gsv::test::fixture_tests(suite);
  gsv::test::file_tests(suite);
  gsv::test::zip_tests(suite);
  gsv::test::pickle_tests(suite);
  gsv::test::tensor_tests(suite);
  gsv::test::safetensors_tests(suite);
  gsv::test::number_tests(suite);
  gsv::test::identity_tests(suite);
  std::printf("1..%d\n", suite.count());
  return suite.failures() == 0 ? 0 : 1;
}
