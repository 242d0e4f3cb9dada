"""The networks behave as their docstrings say, filled with tiny random weights by the committed specifications.

Run by blueprints.test.ts where Python has torch; alone: python3 test/blueprints/networks_test.py
"""

import contextlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

import torch
from torch import Tensor, nn

MODELS = Path(__file__).parents[2] / "models"
sys.path.insert(0, str(MODELS))

from fill import BLUEPRINTS, UnboundError, configure, fill, merge_lora, wanted  # noqa: E402

LIMIT = 1e-5
S1 = {
    "model": {
        "n_layer": 3,
        "head": 4,
        "hidden_dim": 16,
        "phoneme_vocab_size": 20,
        "vocab_size": 11,
    }
}
S2 = {
    "model": {
        "n_layers": 2,
        "n_heads": 2,
        "hidden_channels": 8,
        "inter_channels": 6,
        "filter_channels": 12,
        "kernel_size": 3,
        "gin_channels": 16,
        "upsample_rates": [4, 3],
        "upsample_kernel_sizes": [8, 5],
        "upsample_initial_channel": 8,
        "resblock": "1",
        "resblock_kernel_sizes": [3, 7],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 2, 4]],
    }
}
HUBERT = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 24,
    "conv_dim": [8] * 7,
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "num_conv_pos_embeddings": 6,
    "num_conv_pos_embedding_groups": 4,
}
BERT = {
    "hidden_size": 16,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 24,
    "vocab_size": 30,
    "max_position_embeddings": 12,
    "type_vocab_size": 2,
}
BIGVGAN = {
    "resblock": "1",
    "activation": "snakebeta",
    "snake_logscale": True,
    "use_tanh_at_final": False,
    "use_bias_at_final": False,
    "upsample_rates": [4, 2],
    "upsample_kernel_sizes": [8, 4],
    "resblock_kernel_sizes": [3, 7],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]],
}
AP_BWE = {
    "n_fft": 32,
    "hop_size": 8,
    "win_size": 24,
    "ConvNeXt_channels": 6,
    "ConvNeXt_layers": 2,
    "hr_sampling_rate": 48000,
}
CONFIGS = {
    "s1": S1,
    "s2": S2,
    "s2_pro": S2,
    "s2_v3": S2,
    "bigvgan": BIGVGAN,
    "hifigan": {},
    "ap_bwe": AP_BWE,
    "hubert": HUBERT,
    "bert": BERT,
}
LAYERS = 2  # where the file says how many there are
FREE = {  # sizes that no config states
    "bert": 10,
    "feed_forward": 32,
    "ssl": 8,
    "frames_per_token": 2,
    "codes": 9,
    "distances": 5,
    "phones": 20,
    "bins": 12,
    "style": 8,
    "style_kernel": 5,
    "flow_kernel": 5,
    "speaker": 14,
    "text_style": 12,
    "channels[0]": 8,
    "channels[1]": 4,
    "channels[2]": 2,
    "channels[3]": 2,
    "channels[4]": 2,
    "channels[5]": 2,
    "condition": 8,
    "condition_kernel": 3,
    "dim": 32,
    "ff": 24,
    "inner": 128,
    "mels": 10,
    "pairs": 32,
    "position_inputs": 8,
    "position_kernel": 5,
    "taps": 12,
    "text_kernel": 3,
    "waves": 6,
    "wide": 16,
}


def specification(name: str) -> dict:
    return json.loads((BLUEPRINTS / f"{name}.json").read_text())


def random_tensors(name: str, config: dict, seed: int = 1) -> dict[str, Tensor]:
    """What a checkpoint of this config holds, random."""
    generator = torch.Generator().manual_seed(seed)
    spec = specification(name)
    counted = [row["tensor"].replace("{}", str(i)) for row in spec["counts"] for i in range(LAYERS)]
    symbols = configure(spec, config, counted)[1]
    tensors = {}
    for key, shape in wanted(spec, symbols):
        sizes = []
        for expression in shape:
            try:
                sizes.append(symbols.evaluate(expression))
            except UnboundError as error:
                sizes.append(FREE[str(error).split(" ")[0]])
                symbols.matches(expression, sizes[-1])
        tensors[key] = torch.randn(sizes, generator=generator) * 0.3
    return tensors


def filled(name: str, **changes: object):
    config = json.loads(json.dumps(CONFIGS[name]))
    config.get("model", config).update(changes)
    return fill(name, random_tensors(name, config), config)


class Networks(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(7)
        modes = contextlib.ExitStack()
        modes.enter_context(torch.inference_mode())
        modes.enter_context(torch.jit.optimized_execution(False))
        self.addCleanup(modes.close)

    def assert_close(self, ours: Tensor, reference: Tensor) -> None:
        self.assertEqual(ours.shape, reference.shape)
        error = ((ours - reference).abs().max() / reference.abs().max()).item()
        self.assertLessEqual(error, LIMIT)

    def test_s1_is_the_post_norm_transformer_that_torch_also_has(self) -> None:
        tensors = random_tensors("s1", S1)
        layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
        torch_layers = nn.TransformerEncoder(layer, 3).eval()
        prefix = "h."
        torch_layers.load_state_dict(
            {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        )
        model = fill("s1", tensors, S1)
        phones, prompts = torch.randint(20, [1, 5]), torch.randint(10, [1, 4])
        bert = torch.randn(1, 10, 5)
        text = tensors["ar_text_embedding.word_embeddings.weight"][phones]
        text = text + bert.transpose(1, 2) @ tensors["bert_proj.weight"].t() + tensors["bert_proj.bias"]
        text = text + tensors["ar_text_position.alpha"] * sines(5)
        audio = tensors["ar_audio_embedding.word_embeddings.weight"][prompts]
        audio = audio + tensors["ar_audio_position.alpha"] * sines(4)
        hidden_from = torch.ones(9, 9).triu(1).bool()
        hidden_from[:5, :5] = False
        y = torch_layers(torch.cat([text, audio], 1), mask=hidden_from)
        self.assert_close(model(phones, bert, prompts), y[:, -1] @ tensors["ar_predict_layer.weight"].t())

    def test_s1_steps_give_what_one_prefill_of_all_gives(self) -> None:
        model = filled("s1")
        for prompt_tokens in [0, 3]:
            phones, bert = torch.randint(20, [2, 5]), torch.randn(2, 10, 5)
            audio = torch.randint(10, [2, prompt_tokens + 4])
            caches = torch.full([2, 3, 2, 20, 16], float("nan"))  # what was not written must not be read
            model.prefill(phones, bert, audio[:, :prompt_tokens], caches[0], caches[1])
            for position in range(prompt_tokens, audio.size(1)):
                token = audio[:, position]
                logits = model.decode_step(token, position, 5 + position, caches[0], caches[1])
            self.assert_close(logits, model(phones, bert, audio))

    def test_s2_makes_two_frames_of_a_token_and_the_product_of_rates_samples_of_a_frame(self) -> None:
        model = filled("s2")
        codes, text, spec = torch.randint(9, [1, 1, 7]), torch.randint(20, [1, 4]), torch.rand(1, 12, 15)
        wave = model(codes, text, [spec], torch.randn(1, 6, 14), 0.5, 1.0)
        self.assertEqual(list(wave.shape), [1, 1, 14 * 12])

    def test_s2_by_stages_equals_s2_at_once_at_any_speed_and_with_several_references(self) -> None:
        model = filled("s2")
        codes, text = torch.randint(9, [1, 1, 7]), torch.randint(20, [1, 4])
        refers = [torch.rand(1, 12, 15), torch.rand(1, 12, 9)]
        ge = (model.reference_embedding(refers[0]) + model.reference_embedding(refers[1])) / 2
        for speed, frames in [(1.0, 14), (0.8, 18), (1.25, 12)]:  # int(14 / speed) + 1 unless speed is 1
            m_p, logs_p, mask = model.encode(codes, text, ge, speed)
            self.assertEqual(m_p.size(2), frames)
            noise = torch.randn(1, 6, frames)
            wave = model.decode(m_p, logs_p, mask, ge, noise, 0.5)
            self.assert_close(wave, model(codes, text, refers, noise, 0.5, speed))

    def test_s2_knows_both_kinds_of_residual_blocks(self) -> None:
        kind_2 = {"resblock": "2", "resblock_dilation_sizes": [[1, 3], [1, 3]]}
        names = [key for key in random_tensors("s2", {"model": S2["model"] | kind_2}) if "resblocks.0" in key]
        self.assertEqual(len(names), 4)
        wave = filled("s2", **kind_2).generate(torch.randn(1, 6, 5), torch.randn(1, 16, 1))
        self.assertEqual(list(wave.shape), [1, 1, 60])

    def test_s2_quantizes_a_codebook_row_to_its_own_number(self) -> None:
        model = filled("s2")
        embed = dict(model.named_parameters())["quantizer.vq.layers.0._codebook.embed"]
        weight = dict(model.named_parameters())["ssl_proj.weight"]
        weight.copy_(torch.eye(8).unsqueeze(2) * torch.tensor([1.0, 0.0]))  # passes the first of two frames
        dict(model.named_parameters())["ssl_proj.bias"].zero_()
        feature = embed.t().unsqueeze(0).repeat_interleave(2, dim=2)
        self.assertEqual(model.extract_codes(feature)[0, 0].tolist(), list(range(9)))

    def test_s2_pro_mixes_the_speaker_into_the_style(self) -> None:
        model = filled("s2_pro")
        codes, text, spec = torch.randint(9, [1, 1, 7]), torch.randint(20, [1, 4]), torch.rand(1, 12, 15)
        noise = torch.randn(1, 6, 14)
        waves = [model(codes, text, [spec], [torch.randn(1, 14)], noise, 0.5, 1.0) for _ in range(2)]
        self.assertEqual(list(waves[0].shape), [1, 1, 14 * 12])
        self.assertFalse(torch.equal(waves[0], waves[1]))

    def test_s2_v3_gives_condition_frames_by_scale_and_speed(self) -> None:
        model = filled("s2_v3")
        codes, text, ge = (
            torch.randint(9, [1, 1, 7]),
            torch.randint(20, [1, 4]),
            torch.randn(1, 16, 1),
        )
        for scale, speed, frames in [(1.875, 1.0, 26), (2.0, 1.0, 28), (2.0, 1.25, 24)]:
            condition = model.condition(codes, text, ge, speed, scale, frames - 1)
            self.assertEqual(list(condition.shape), [1, 8, frames])
            self.assertEqual(condition[..., -1].abs().max().item(), 0)  # past the mask
            self.assertGreater(condition[..., -2].abs().max().item(), 0)

    def test_flow_matching_leaves_the_prompt_out_and_is_led_by_it(self) -> None:
        model = filled("s2_v3")
        mu, noise = torch.randn(2, 20, 8), torch.randn(2, 10, 20)
        mels = [model(mu, torch.randn(1, 10, 6), noise, 4, 0.0) for _ in range(2)]
        self.assertEqual(list(mels[0].shape), [2, 10, 20])
        self.assertEqual(mels[0][..., :6].abs().max().item(), 0)
        self.assertFalse(torch.allclose(mels[0][..., 6:], mels[1][..., 6:]))

    def test_flow_matching_gives_a_row_of_a_batch_what_it_gives_it_alone(self) -> None:
        model = filled("s2_v3")
        mu, noise, prompt = (
            torch.randn(2, 20, 8),
            torch.randn(2, 10, 20),
            torch.randn(1, 10, 6),
        )
        self.assert_close(
            model(mu, prompt, noise, 4, 0.0)[1:],
            model(mu[1:], prompt, noise[1:], 4, 0.0),
        )

    def test_vocoders_give_as_many_samples_a_frame_as_their_rates_say(self) -> None:
        self.assertEqual(list(filled("bigvgan")(torch.randn(2, 10, 7)).shape), [2, 1, 7 * 8])
        self.assertEqual(list(filled("hifigan")(torch.randn(2, 10, 7)).shape), [2, 1, 7 * 480])

    def test_ap_bwe_gives_whole_steps_of_the_wave_it_is_given(self) -> None:
        self.assertEqual(list(filled("ap_bwe")(torch.randn(2, 100)).shape), [2, 96])

    def test_hubert_gives_50_features_a_second(self) -> None:
        self.assertEqual(list(filled("hubert")(torch.randn(1, 16000)).shape), [1, 49, 16])

    def test_bert_cuts_off_the_ends_and_ignores_the_last_two_layers(self) -> None:
        self.assertFalse([key for key in random_tensors("bert", BERT) if key.startswith("encoder.layer.2")])
        self.assertEqual(list(filled("bert")(torch.randint(30, [1, 9])).shape), [7, 16])

    def test_a_filled_module_survives_saving(self) -> None:
        model = filled("s1")
        inputs = torch.randint(20, [1, 5]), torch.randn(1, 10, 5), torch.randint(10, [1, 3])
        with tempfile.TemporaryDirectory() as folder:
            torch.jit.save(model, f"{folder}/s1.pt")
            loaded = torch.jit.load(f"{folder}/s1.pt")
        self.assertTrue(torch.equal(loaded(*inputs), model(*inputs)))


class Filling(unittest.TestCase):
    def refusal(self, name: str, tensors: dict[str, Tensor], config: dict) -> str:
        with self.assertRaises(ValueError) as caught:
            fill(name, tensors, config)
        return str(caught.exception)

    def test_names_a_missing_tensor(self) -> None:
        tensors = random_tensors("s1", S1)
        del tensors["h.layers.2.norm1.bias"]
        self.assertEqual(self.refusal("s1", tensors, S1), "h.layers.2.norm1.bias is missing")

    def test_names_an_unknown_tensor(self) -> None:
        tensors = random_tensors("s1", S1) | {"h.layers.3.norm1.bias": torch.zeros(16)}
        self.assertEqual(self.refusal("s1", tensors, S1), "unknown tensors: h.layers.3.norm1.bias")

    def test_names_both_shapes_of_a_misshapen_tensor(self) -> None:
        tensors = random_tensors("s1", S1) | {"h.layers.1.linear2.weight": torch.zeros(16, 31)}
        message = "h.layers.1.linear2.weight is [16, 31], this blueprint needs [16, 32]"
        self.assertEqual(self.refusal("s1", tensors, S1), message)

    def test_names_the_field_of_more_layers_than_there_is_room_for(self) -> None:
        config = {"model": S1["model"] | {"n_layer": 49}}
        self.assertEqual(self.refusal("s1", {}, config), "model.n_layer is 49, supported are 1 to 48")

    def test_names_a_field_that_only_has_one_supported_value(self) -> None:
        config = HUBERT | {"do_stable_layer_norm": True}
        self.assertEqual(self.refusal("hubert", {}, config), "do_stable_layer_norm is True, supported is False")

    def test_counts_layers_by_their_tensors(self) -> None:
        tensors = random_tensors("s2_v3", S2)
        self.assertEqual(fill("s2_v3", tensors, S2).depth, LAYERS)
        name = "cfm.estimator.transformer_blocks.{}.attn.to_q.weight"
        del tensors[name.format(0)]
        self.assertEqual(
            self.refusal("s2_v3", tensors, S2),
            f"the file has 0 of {name}, supported are 1 to 64",
        )

    def test_merges_a_low_rank_voice_into_its_base(self) -> None:
        base = {
            "cfm.estimator.x.weight": torch.randn(4, 6),
            "bridge.0.bias": torch.zeros(3),
        }
        a, b = torch.randn(2, 6), torch.randn(4, 2)
        pair = "cfm.base_model.model.estimator.x.lora_{}.default.weight"
        voice = {
            pair.format("A"): a,
            pair.format("B"): b,
            "bridge.0.bias": torch.ones(3),
        }
        merged = merge_lora(base, voice, 2)
        self.assertTrue(torch.equal(merged["cfm.estimator.x.weight"], base["cfm.estimator.x.weight"] + b @ a))
        self.assertTrue(torch.equal(merged["bridge.0.bias"], torch.ones(3)))
        with self.assertRaises(ValueError):
            merge_lora(base, voice, 3)

    def test_folds_weight_norm_as_torch_does_under_old_and_new_names(self) -> None:
        for pair in specification("s2")["weight_norm"]["pairs"]:
            tensors = random_tensors("s2", S2)
            g, v = torch.rand(8, 1, 1) + 0.5, tensors.pop("dec.ups.0.weight")
            tensors |= {f"dec.ups.0.{pair[0]}": g, f"dec.ups.0.{pair[1]}": v}
            weight = dict(fill("s2", tensors, S2).named_parameters())["dec.ups.0.weight"]
            self.assertLess((weight - torch._weight_norm(v, g, 0)).abs().max().item(), 1e-6)

    def test_leaves_out_what_training_or_other_frameworks_add(self) -> None:
        extra = {"enc_q.pre.weight": torch.zeros(1), "quantizer.vq.layers.0._codebook.inited": torch.ones(1)}
        fill("s2", random_tensors("s2", S2) | extra, S2)
        bert = {"bert." + key: value for key, value in random_tensors("bert", BERT).items()}
        fill(
            "bert",
            bert | {"cls.predictions.bias": torch.zeros(30), "bert.embeddings.position_ids": torch.arange(9)},
            BERT,
        )


def sines(count: int) -> Tensor:  # -> [count, 16], by the formula of the transformer's first paper
    table = torch.zeros(count, 16)
    for position in range(count):
        for channel in range(8):
            angle = torch.tensor(position / 10000 ** (2 * channel / 16))
            table[position, 2 * channel], table[position, 2 * channel + 1] = angle.sin(), angle.cos()
    return table


if __name__ == "__main__":
    unittest.main()
