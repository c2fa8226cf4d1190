/** Pages: each is loaded when it opens, with the libraries that it alone needs. */

import type { Component } from "svelte";
import type { Name } from "./router.svelte.ts";

export type PageName = Exclude<Name, "loggedIn" | "alert">;
type Loaded = { default: Component };
const found = import.meta.glob<Loaded>(["../list/WorkPage.svelte", "../pages/*Page.svelte", "./SettingsPage.svelte"]);
const FILES: Record<PageName, string> = {
  work: "../list/WorkPage.svelte",
  map: "../pages/MapPage.svelte",
  crowd: "../pages/CrowdPage.svelte",
  handover: "../pages/HandoverPage.svelte",
  cameras: "../pages/CamerasPage.svelte",
  system: "../pages/SystemPage.svelte",
  audit: "../pages/AuditPage.svelte",
  users: "../pages/UsersPage.svelte",
  settings: "./SettingsPage.svelte",
  overview: "../pages/OverviewPage.svelte",
};

/** Return a page's component. */
export async function lazy(name: PageName): Promise<Component> {
  const load = found[FILES[name]];
  if (load === undefined) throw new Error(`no page ${name}`);
  return (await load()).default;
}
