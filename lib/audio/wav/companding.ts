// G.711: eight bits with a sign, a segment (3 bits) and a step in it (4 bits), as floats in [-1, 1).

function muLawSample(code: number): number {
  const inverted = ~code & 0xff
  const magnitude = ((((inverted & 15) << 3) + 132) << ((inverted >> 4) & 7)) - 132
  return (inverted & 0x80 ? -magnitude : magnitude) / 32768
}

function aLawSample(code: number): number {
  const toggled = code ^ 0x55
  const segment = (toggled >> 4) & 7
  const step = ((toggled & 15) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1)
  return (toggled & 0x80 ? magnitude : -magnitude) / 32768
}

export const muLaw = Float32Array.from({ length: 256 }, (_, code) => muLawSample(code))
export const aLaw = Float32Array.from({ length: 256 }, (_, code) => aLawSample(code))
