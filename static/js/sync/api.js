/**
 * One call to /api/v1 and what can come of it: an answer, a refusal with a
 * stable code, or nothing that can be told from silence (no network, a timeout,
 * a captive portal). What to do about it is decided in engine.js and round.js.
 */

import { retryAfterMs } from "../domain/backoff.js";

const BASE = "/api/v1";
const TIMEOUT_MS = 30_000;
/** Statuses that a hotel's or an operator's box answers as well: ours only with a problem of ours. */
const BORROWED = new Set([400, 401, 403, 404, 409, 410, 415, 422]);

/** Our server was not reached, whoever else answered. */
export class Unreachable extends Error {}

/** Our server answered, and said no. */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} detail @param {number | null} retryAfter */
  constructor(status, code, detail, retryAfter) {
    super(code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/** Nothing can be sent just now, whoever's it is. */
export class Stopped extends Error {
  /** @param {import("./news.js").Link} link @param {number | null} [wait] milliseconds that the server asked for */
  constructor(link, wait = null) {
    super(link);
    this.link = link;
    this.wait = wait;
  }
}

/** @param {Response} response @returns {Promise<Refused | Unreachable>} */
async function refusal(response) {
  const ours = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (!ours && BORROWED.has(response.status)) return new Unreachable(`${response.status} from somebody else`);
  const problem = await response.json().catch(() => ({})); // an answer to HEAD has no body
  const said = Date.parse(response.headers.get("Date") ?? "");
  const wait = retryAfterMs(response.headers.get("Retry-After"), said || Date.now());
  return new Refused(response.status, problem.code ?? `http_${response.status}`, problem.detail ?? "", wait);
}

/**
 * @param {string} method @param {string} path
 * @param {{body?: string | ArrayBuffer, headers?: Record<string, string>, also?: number[]}} [options] `also`: statuses that are answers too
 * @returns {Promise<Response>}
 */
export async function call(method, path, { body, headers, also = [] } = {}) {
  const size = typeof body === "string" ? body.length : body?.byteLength ?? 0;
  let response;
  try {
    response = await fetch(BASE + path, {
      method, body, headers: { Accept: "application/json, application/problem+json", ...headers },
      credentials: "same-origin", cache: "no-store", redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS + size), // a byte a millisecond: 8 kbit/s still gets through
    });
  } catch (problem) {
    throw new Unreachable(String(problem));
  }
  if (!response.ok && !also.includes(response.status)) throw await refusal(response);
  return response;
}

/**
 * @param {string} method @param {string} path @param {Parameters<typeof call>[2]} [options]
 * @returns {Promise<any>} the JSON object answered; HTML from a captive portal is silence
 */
export async function callJson(method, path, options) {
  const response = await call(method, path, options);
  const answer = await response.json().catch(() => null);
  if (typeof answer !== "object" || !answer) throw new Unreachable("the answer is not ours");
  return answer;
}

/** @param {string} path @param {unknown} value @returns {Promise<Response>} */
export function post(path, value) {
  return call("POST", path, { body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });
}

/**
 * Is our server there, and what time has it?
 * @returns {Promise<{offset_ms: number, seen_at: string}>} its clock less ours, half the way there taken off
 */
export async function ping() {
  const left = Date.now();
  const response = await call("GET", "/ping");
  if (response.status !== 204) throw new Unreachable("ping was answered by somebody else");
  const back = Date.now();
  const server = Date.parse(response.headers.get("Date") ?? "");
  const offset = Number.isNaN(server) ? 0 : Math.round(server + 500 - (left + back) / 2);
  return { offset_ms: offset, seen_at: new Date(back).toISOString() };
}

/** @returns {Promise<any | null>} who is signed in, with the organisation's recovery key; null when nobody is */
export async function signedIn() {
  try {
    const { person, recovery_key = null } = await callJson("GET", "/me");
    if (!person?.uuid) throw new Unreachable("/me was answered by somebody else");
    return { ...person, recovery_key };
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 401) return null;
    throw problem;
  }
}
