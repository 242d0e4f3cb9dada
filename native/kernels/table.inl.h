// The body's functions, with the kMatmulFixed that its file defined before.

constexpr Kernels kKernels{
    .name = kName,
    .matmul_f32 = matmul_float<float>,
    .matmul_f16 = matmul_float<Half>,
    .matmul_f16_fixed = kMatmulFixed,
    .matmul_i8 = matmul<Int8Tiles>,
    .softmax = softmax,
    .add_layer_norm = add_layer_norm,
    .quantise = quantise,
    .to_half = to_half,
    .store_kv_f32 = store_kv<float>,
    .store_kv_f16 = store_kv<Half>,
    .mix_f32 = mix<float>,
    .mix_f16 = mix<Half>,
    .winograd = winograd,
    .multiply_add = multiply_add,
    .read = read,
    .snake = snake,
    .gate = gate,
};
