/** A sealed record on its way, in files and bytes: how much it is and how much of it the server has confirmed. */

/** @typedef {import("../store/device.js").Outgoing} Outgoing */

/** @param {Outgoing} item ink first: it is small, and the signature's proof */
export function filesOf(item) {
  return [...item.inks, ...item.photos];
}

/** @param {{size: number}[]} files @returns {number} */
const sum = (files) => files.reduce((total, { size }) => total + size, 0);

/** @param {Outgoing} item @returns {number} bytes on the wire, the record's own with them */
export function totalBytes(item) {
  return sum(filesOf(item)) + (item.jws_size ?? item.jws?.byteLength ?? 0);
}

/** @template {{sha256: string}} F @param {Outgoing} item @param {F[]} files @returns {F[]} those that the server has not confirmed */
export function filesLeft(item, files) {
  return files.filter(({ sha256 }) => !item.there?.includes(sha256));
}

/** @param {Outgoing} item @returns {number} bytes of it that the server has; nothing before it took the record */
export function bytesThere(item) {
  return item.receipt_claims ? totalBytes(item) - sum(filesLeft(item, filesOf(item))) : 0;
}
