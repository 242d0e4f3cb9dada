// What a stage of the probe is given and gives; stages live in probe.cc and, those of one kind of second stage, in a
// file each.
#pragma once

#include <ATen/ATen.h>

#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/tensors.h"
#include "engine/voice.h"

namespace gsv::engine {

using Stage = TensorMap (*)(const LoadedVoice&, const Inputs&, std::stop_token);

// v2Pro and v2ProPlus. recording [n], rate -> fbank [1, frames, 80], embedding [1, 20480]; a given fbank is taken
// instead
TensorMap speaker(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// v1 to v2ProPlus. spectrogram.0, spectrogram.1, ... [1, bins, T], codes [1, 1, T], text [1, X], noise, noise_scale,
// speed
// and, for Pro, speaker.0, ... [1, 20480] -> ge, m_p, logs_p, z, wav
TensorMap decode(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// v1 to v2ProPlus. phones, prompt, bert, early_stop, repetition_penalty as `generate`, of which the likeliest tokens
// are taken; text [1, X], spectrogram [1, bins, T], speed, noise_scale as `decode`; fixed, chunk_tokens,
// overlap_tokens, noise.0, noise.1 ... of each chunk -> quietness [vocab], tokens [n], of each chunk tokens.0 (none for
// the last), latent.0 [1, hidden, frames], decoded.0 [samples] with the overlap, samples.0 as they are spoken
TensorMap chunked(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// fragment.0, fragment.1 ... [samples], overlap, search -> joined [samples]
TensorMap join(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// v1 to v2ProPlus. tokens [] -> operations [1] of the generator for them
TensorMap generator_size(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// phones [X], prompt [P], rows [] sentences at once, steps [] tokens of each
// -> prefill_seconds [1] a sentence, decode_seconds [1], tokens [1] in all, weight_bytes [1]
TensorMap token_speed(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// -> operations_per_second [1] of fused multiply-adds, bytes_per_second [1] read from memory, with the voice's threads
TensorMap machine(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

// v3 and v4; (B, C, T) but mu, which is [B, T, condition].
// recording [n], rate -> audio [m], log_mel, norm_mel
TensorMap prompt_mel(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);
// codes [N], phones [X], spectrogram [1, bins, T], speed -> ge, enc_p_x, bridge, wns1_pre, wns1_wn, fea
TensorMap condition(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);
// mu, prompt, noise, steps, guidance -> mel without the prompt's frames, text
TensorMap flow_matching(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);
// mel, natural logarithms -> wav [samples]
TensorMap vocode(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);
// prompt_codes, prompt_phones, spectrogram, norm_mel, codes, phones, speed, steps, noise.0, noise.1 ... of each chunk
// -> mel, wav
TensorMap chained(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);
// as `chained`, with codes.0, phones.0, codes.1 ... and noise [windows, mels, frames]
// -> mel [windows, mels, frames], joined_length, wav.0, wav.1 ...
TensorMap windows(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);
// block -> to_q, to_k, to_v, to_out.0, as they are multiplied by
TensorMap attention_weights(const LoadedVoice& voice, const Inputs& in, std::stop_token stop);

}  // namespace gsv::engine
