"""The same TorchScript modules under Python torch eager, one measurement a line on request.

    python bench/peer.py MODULES_DIR THREADS

Reads commands from standard input (`prefill`, `decode`, `s2`) and answers each with its seconds, so that the two sides
take turns in one run. `decode` is the token loop as the public Python project runs it: the cache grows by
concatenation at every step, eager kernels, float32.
"""

import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

PHONES, PROMPT, TOKENS = 60, 125, 125


class Loop:
    """s1 with a growing cache, from the module's own weights."""

    def __init__(self, module) -> None:
        self.module = module
        self.heads = module.n_heads
        self.layers = [getattr(module.h.layers, str(i)) for i in range(module.n_layers)]
        self.weights = [dict(layer.named_parameters()) for layer in self.layers]
        self.embedding = dict(module.named_parameters())["ar_audio_embedding.word_embeddings.weight"]
        self.predict = dict(module.named_parameters())["ar_predict_layer.weight"]

    def prefill(self, phones, bert, prompt):
        room = phones.size(1) + prompt.size(1)
        width = self.predict.size(1)
        keys = torch.zeros(len(self.layers), 1, room, width)
        values = torch.zeros_like(keys)
        logits = self.module.prefill(phones, bert, prompt, keys, values)
        return logits, list(keys), list(values)

    def step(self, x, keys, values):
        for i, w in enumerate(self.weights):
            q, k, v = F.linear(x, w["self_attn.in_proj_weight"], w["self_attn.in_proj_bias"]).chunk(3, dim=-1)
            keys[i] = torch.cat([keys[i], k], dim=1)
            values[i] = torch.cat([values[i], v], dim=1)
            split = lambda t: t.view(1, t.size(1), self.heads, -1).transpose(1, 2)  # noqa: E731
            y = F.scaled_dot_product_attention(split(q), split(keys[i]), split(values[i]))
            y = F.linear(y.transpose(1, 2).flatten(2), w["self_attn.out_proj.weight"], w["self_attn.out_proj.bias"])
            x = F.layer_norm(x + y, (x.size(-1),), w["norm1.weight"], w["norm1.bias"], 1e-5)
            y = F.linear(F.relu(F.linear(x, w["linear1.weight"], w["linear1.bias"])), w["linear2.weight"], w["linear2.bias"])
            x = F.layer_norm(x + y, (x.size(-1),), w["norm2.weight"], w["norm2.bias"], 1e-5)
        return F.linear(x[:, -1], self.predict)

    def decode(self, logits, keys, values, count):
        for _ in range(count):
            probs = torch.softmax(logits, dim=-1)
            token = torch.argmax(probs / torch.empty_like(probs).exponential_(1), dim=-1)
            logits = self.step(F.embedding(token.unsqueeze(1), self.embedding), keys, values)


def main() -> None:
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    torch._C._jit_set_profiling_executor(False)
    s1 = torch.jit.load(str(folder / "s1.pt"))
    s2 = torch.jit.load(str(folder / "s2.pt"))
    loop = Loop(s1)
    torch.manual_seed(0)
    phones = torch.randint(0, 300, (1, PHONES))
    bert = torch.zeros(1, s1.bert_proj.weight.size(1), PHONES)
    prompt = torch.randint(0, 1024, (1, PROMPT))
    codes = torch.randint(0, 1024, (1, 1, TOKENS))
    style = s2.reference_embedding(torch.rand(1, 1025, 250))

    def s2_run():
        m_p, logs_p, mask = s2.encode(codes, phones, style, 1.0)
        s2.decode(m_p, logs_p, mask, style, torch.randn_like(m_p), 0.5)

    def decode_run():
        state = loop.prefill(phones, bert, prompt)
        start = time.perf_counter()
        loop.decode(*state, TOKENS)
        return time.perf_counter() - start

    def timed(body):
        start = time.perf_counter()
        body()
        return time.perf_counter() - start

    runs = {
        "prefill": lambda: timed(lambda: loop.prefill(phones, bert, prompt)),
        "decode": decode_run,
        "s2": lambda: timed(s2_run),
    }
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    with torch.no_grad():
        for line in sys.stdin:
            print(json.dumps(runs[line.strip()]()), flush=True)


if __name__ == "__main__":
    main()
