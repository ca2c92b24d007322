/**
 * The ledger proof (ledger-proof.json), as in inspection/ledger/proofs.py; both are held by tests/vectors/proof.json.
 * Format 1 has no path from its entry to its checkpoint: that is "cannot be told", not wrong.
 */

import { encoded, isHash, joined, parsed, sha256 } from "./bytes.js";
import { compact } from "./jws.js";
import { stands } from "./tree.js";

const FORMATS = ["zhencha.ledger-proof/2", "zhencha.ledger-proof/1"];
const CHECKPOINTS = ["zhencha.checkpoint/2", "zhencha.checkpoint/1"];
const CHAIN = "zhencha-ledger-1";
const ENTRY = ["body", "kind", "link", "prev_link", "recorded_at", "seq"];

/** @typedef {{seq: number, kind: string, body: string, recorded_at: string, prev_link: string, link: string}} Entry */
/** @typedef {{entry: Entry, path: string[] | null, checkpoint: string}} Proven */
/** @typedef {{format: string, seq: number, link: string, taken_at: string, peaks: string[], after: number, grown: string[]}} Statement */
/** @typedef {import("./jws.js").Jwk} Jwk */

/** @param {Uint8Array} data @returns {{format: string, record: Proven, deviceKeys: Proven[], serverKeys: Jwk[]} | null} */
export function read(data) {
  try {
    const said = parsed(data);
    if (!FORMATS.includes(said.format) || said.chain !== CHAIN || !Array.isArray(said.server_keys)) return null;
    const deviceKeys = (said.device_keys ?? []).map(proven);
    return { format: said.format, record: proven(said), deviceKeys, serverKeys: said.server_keys };
  } catch {
    return null;
  }
}

/** @param {any} said @returns {Proven} */
function proven({ entry, path = null, checkpoint }) {
  if (Object.keys(entry).sort().join() !== ENTRY.join() || !Number.isSafeInteger(entry.seq)) throw new TypeError("no entry");
  if (ENTRY.some((name) => name !== "seq" && typeof entry[name] !== "string")) throw new TypeError("no entry");
  if (path !== null && !path.every(isHash)) throw new TypeError("no path");
  if (typeof checkpoint !== "string") throw new TypeError("no checkpoint");
  return { entry, path, checkpoint };
}

/** The link that an entry's content gives. @param {Entry} entry @returns {Promise<string>} */
async function link({ prev_link, seq, kind, recorded_at, body }) {
  const raw = encoded(body);
  return sha256(joined(encoded([CHAIN, prev_link, seq, kind, recorded_at, raw.length, ""].join("\n")), raw));
}

/** What a checkpoint says, if one of these keys signed it. @param {string} jws @param {Jwk[]} keys @returns {Promise<Statement | null>} */
export async function statement(jws, keys) {
  for (const key of keys) {
    const said = await compact(jws, key);
    if (!said) continue;
    const { format, seq, link: end, taken_at, peaks = [], after = 0, grown = [] } = said;
    const lengths = [seq, after].every((each) => Number.isSafeInteger(each) && each >= 0);
    if (!CHECKPOINTS.includes(format) || !lengths || !Array.isArray(peaks) || !Array.isArray(grown)) continue;
    if ([end, ...peaks, ...grown].every(isHash)) return { format, seq, link: end, taken_at: String(taken_at), peaks, after, grown };
  }
  return null;
}

/** The first thing wrong with a proof, judged by these server keys; "" when it proves. @param {Proven} given @param {Jwk[]} keys */
export async function trouble({ entry, path, checkpoint }, keys) {
  if ((await link(entry)) !== entry.link) return "entry_altered";
  const said = await statement(checkpoint, keys);
  if (!said) return "checkpoint_unsigned";
  if (said.seq === entry.seq && said.link === entry.link) return "";
  if (!path || said.format === CHECKPOINTS[1]) return "path_missing";
  return (await stands(entry.link, entry.seq, path, said.seq, said.peaks)) ? "" : "not_in_checkpoint";
}
