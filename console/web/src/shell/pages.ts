/** Pages: each is loaded when it opens, with the libraries that it alone needs. */

import type { Component } from "svelte";
import type { Name } from "./router.svelte.ts";

export type PageName = Exclude<Name, "loggedIn" | "alert">;
type Load = () => Promise<{ default: Component }>;

/** The file of each page, wherever in its folder it stands. */
const FILES: Record<PageName, string> = {
  work: "WorkPage",
  map: "MapPage",
  crowd: "CrowdPage",
  handover: "HandoverPage",
  cameras: "CamerasPage",
  system: "SystemPage",
  audit: "AuditPage",
  users: "UsersPage",
  settings: "SettingsPage",
  overview: "OverviewPage",
};
const found: Record<string, Load> = import.meta.glob<{ default: Component }>(["../list/WorkPage.svelte", "../pages/**/*Page.svelte", "./SettingsPage.svelte"]);
const loads = new Map(Object.entries(found).map(([path, load]) => [/([^/]+)\.svelte$/.exec(path)?.[1] ?? "", load]));

/** Return the page of an address. */
export const pageOf = (route: Name): PageName => (route === "alert" || route === "loggedIn" ? "work" : route);

/** Return a page's component. */
export async function lazy(name: PageName): Promise<Component> {
  const load = loads.get(FILES[name]);
  if (load === undefined) throw new Error(`no page ${name}`);
  return (await load()).default;
}
