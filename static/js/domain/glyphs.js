/**
 * Characters that reports can print. Whatever else is written is kept and sent,
 * but stops the report that should show it, so its writer is told at once.
 * The rule is held to tests/vectors/glyphs.json, what the typefaces of
 * inspection/reports/typefaces.py draw: it may warn too often, never too seldom.
 */

const PLAIN = "\\t\\n\\r -~\u00a0-\u0103\u0391-\u03a1\u03b1-\u03c9\u0410-\u044f";
const SIGNS = "\u2010-\u2016‘’“”†‡•‥…‧‰′″※⁇⁈⁉€℃℅℉№℡™Ω√∝∞∠∧∨∩∪∫∴∵≈≠≡≤≥≦≧⊥\u2160-\u216b\u2170-\u217b\u2190-\u2199\u2460-\u25ab◆◇○◎●★☆♀♂✓";
const CHINESE = "\u3000-\u303f\u3041-\u3096\u3099-\u30ff\u3105-\u312f\u3190-\u31bb\u3220-\u332b\u332d-\u4db5\u4e00-\u9fef\ufe30-\ufe52\uff01-\uff5e\uffe5";
/** Of names and elements, outside the first plane. */
const RARE = "𠂇𠂉𠃌𠅤𠘨𠙶𠳐𡎚𡐓𡗗𢦏𣗋𣲗𣲘𣸣𤇾𤈎𤣩𤧛𤨁𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦥑𦭜𦰡𧢲𧺯𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨸏𨺙𩙿𩠐𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓𭕄巽拔";
const OTHERS = new RegExp(`[^${PLAIN}${SIGNS}${CHINESE}${RARE}]`, "gu");

/** @param {string} text @returns {string[]} each character that a report could not print, once */
export function unprintable(text) {
  return [...new Set(text.match(OTHERS) ?? [])];
}
