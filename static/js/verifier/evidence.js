/** Sorts the files that somebody hands over: report or paper, record or confirmed words, proof, keys, mirror, photos. */

import { decoded, parsed, sha256 } from "./bytes.js";
import { checkpointsIn, keysIn } from "./mirror.js";
import { embeddedFiles, isPdf } from "./pdf.js";

const RECORD = "record.jws";
const PROOF = "ledger-proof.json";
/** What the signers of a paper or sheet confirmed, in place of a record. */
const CONTENT = "content.json";
/** As the verify page: no report is larger. */
export const LARGEST_BYTES = 50 * 1024 * 1024;

/** @typedef {import("./examining.js").Evidence} Evidence */

/** @returns {Evidence} */
export const nothing = () => ({ report: null, trouble: "", record: null, content: null, proof: null, photos: [], keys: [], mirror: [] });

/** Add one file; a report takes the place of the one before. @param {Evidence} evidence @param {string} name @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Evidence>} */
export async function added(evidence, name, bytes) {
  const known = { name, size: bytes.length, digest: await sha256(bytes) };
  if (isPdf(bytes)) return { ...evidence, report: known, ...(await attached(bytes)) };
  const [kind, data] = kindOf(bytes);
  if (kind === "record") return { ...evidence, report: evidence.report ?? known, trouble: "", record: bytes };
  if (kind === "content") return { ...evidence, report: evidence.report ?? known, trouble: "", content: bytes };
  if (kind === "proof") return { ...evidence, report: evidence.report ?? known, trouble: "", proof: bytes };
  if (kind === "keys") return { ...evidence, keys: data };
  if (kind === "mirror") return { ...evidence, mirror: data };
  if (name.toLowerCase().endsWith(".pdf")) return { ...evidence, report: known, trouble: "not_a_pdf", record: null, content: null, proof: null };
  return { ...evidence, photos: [...evidence.photos.filter(({ digest }) => digest !== known.digest), known] };
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<{trouble: string, record: Uint8Array | null, content: Uint8Array<ArrayBuffer> | null, proof: Uint8Array | null}>} */
async function attached(bytes) {
  try {
    const files = await embeddedFiles(bytes);
    const named = (/** @type {string} */ wanted) => files.filter(({ name }) => name === wanted);
    const doubled = [RECORD, CONTENT, PROOF].some((wanted) => named(wanted).length > 1);
    return { trouble: doubled ? "attachment_doubled" : "", record: named(RECORD)[0]?.data ?? null, content: named(CONTENT)[0]?.data ?? null, proof: named(PROOF)[0]?.data ?? null };
  } catch {
    return { trouble: "pdf_unreadable", record: null, content: null, proof: null };
  }
}

/** @param {Uint8Array} bytes @returns {[string, any]} */
function kindOf(bytes) {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return ["file", null]; // neither { nor [: photos are not parsed
  let text = "";
  try {
    text = decoded(bytes);
    const said = parsed(text);
    if (typeof said?.payload === "string" && Array.isArray(said.signatures)) return ["record", null];
    if (String(said?.format).startsWith("zhencha.ledger-proof/")) return ["proof", null];
    if (/^zhencha\.(paper|sheet)\//.test(String(said?.format))) return ["content", null];
  } catch {
    if (!text) return ["file", null];
  }
  const [keys, mirror] = [keysIn(text), checkpointsIn(text)];
  return keys.length ? ["keys", keys] : mirror.length ? ["mirror", mirror] : ["file", null];
}
