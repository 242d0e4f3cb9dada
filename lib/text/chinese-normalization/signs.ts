const brackets = /[—《》【】<>{}()（）#&@“”^_|\\]/g
const bracketsAndOperators = /[-—《》【】<=>{}()（）#&@“”^_|\\]/g

/** Signs that are not read. */
export function removeSigns(text: string): string {
  return text.replaceAll(' ', '').replace(brackets, '')
}

const signNames: Readonly<Record<string, string>> = {
  '/': '每',
  '①': '一',
  '②': '二',
  '③': '三',
  '④': '四',
  '⑤': '五',
  '⑥': '六',
  '⑦': '七',
  '⑧': '八',
  '⑨': '九',
  '⑩': '十',
  α: '阿尔法',
  β: '贝塔',
  γ: '伽玛',
  Γ: '伽玛',
  δ: '德尔塔',
  Δ: '德尔塔',
  ε: '艾普西龙',
  ζ: '捷塔',
  η: '依塔',
  θ: '西塔',
  Θ: '西塔',
  ι: '艾欧塔',
  κ: '喀帕',
  λ: '拉姆达',
  Λ: '拉姆达',
  μ: '缪',
  ν: '拗',
  ξ: '克西',
  Ξ: '克西',
  ο: '欧米克伦',
  π: '派',
  Π: '派',
  ρ: '肉',
  ς: '西格玛',
  σ: '西格玛',
  Σ: '西格玛',
  τ: '套',
  υ: '宇普西龙',
  φ: '服艾',
  Φ: '服艾',
  χ: '器',
  ψ: '普赛',
  Ψ: '普赛',
  ω: '欧米伽',
  Ω: '欧米伽',
  '+': '加',
  '-': '减',
  '×': '乘',
  '÷': '除',
  '=': '等'
}
const namedSigns = new RegExp(`[${Object.keys(signNames).join('').replace('-', '\\-')}]`, 'g')

/** Greek letters, circled numbers and lone operators by name; what is left of the signs is dropped. */
export function readSigns(sentence: string): string {
  return sentence.replace(namedSigns, (sign) => signNames[sign]!).replace(bracketsAndOperators, '')
}
