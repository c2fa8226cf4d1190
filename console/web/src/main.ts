import "./theme/tokens.css";
import "./theme/base.css";

import { mount } from "svelte";
import App from "./shell/App.svelte";
import { settings } from "./shell/settings.svelte.ts";
import { allowOwnScripts } from "./shell/trusted.ts";

allowOwnScripts();
settings.begin();
const target = document.getElementById("page");
if (target) mount(App, { target });
