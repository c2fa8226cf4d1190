import "./theme/tokens.css";
import "./theme/base.css";

import { mount } from "svelte";
import App from "./shell/App.svelte";
import { lazy, pageOf } from "./shell/pages.ts";
import { router } from "./shell/router.svelte.ts";
import { settings } from "./shell/settings.svelte.ts";
import { allowOwnScripts } from "./shell/trusted.ts";

allowOwnScripts();
settings.begin();
void lazy(pageOf(router.route.name)).catch(() => undefined); // while the server says who is logged in
const target = document.getElementById("page");
if (target) mount(App, { target });
