/** The peer's page: one XForm drawn by ODK Web Forms, as its README says; a benchmark's, never the app's. */

import { createApp, h } from "vue";
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";

const form = await (await fetch("form.xml")).text();
const missing = async () => new Response("", { status: 404 });

createApp({ render: () => h(OdkWebForm, { formXml: form, fetchFormAttachment: missing }) })
  .use(webFormsPlugin)
  .mount("#app");
