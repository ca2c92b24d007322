/** Bundles the peer's page into the folder named on the command line. */

import { createRequire } from "node:module";
import path from "node:path";

const HERE = import.meta.dirname;
const esbuild = createRequire(path.join(HERE, "../../../package.json"))("esbuild");

await esbuild.build({
  entryPoints: [path.join(HERE, "odk.js")], outdir: process.argv[2], bundle: true, minify: true, splitting: true,
  format: "esm", target: ["chrome109"], legalComments: "none", logLevel: "error", define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".woff": "dataurl", ".woff2": "dataurl", ".svg": "dataurl", ".ico": "dataurl" },
});
