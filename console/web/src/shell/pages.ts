/** Pages: each is loaded when it opens, with the libraries that it alone needs. */

import type { Component } from "svelte";
import type { Name } from "./router.svelte.ts";

export type PageName = Exclude<Name, "loggedIn" | "alert">;

const loads: Record<PageName, () => Promise<{ default: Component }>> = {
  work: () => import("../list/WorkPage.svelte"),
  map: () => import("../pages/map/MapPage.svelte"),
  crowd: () => import("../pages/crowd/CrowdPage.svelte"),
  handover: () => import("../pages/handover/HandoverPage.svelte"),
  cameras: () => import("../pages/cameras/CamerasPage.svelte"),
  system: () => import("../pages/system/SystemPage.svelte"),
  audit: () => import("../pages/audit/AuditPage.svelte"),
  users: () => import("../pages/users/UsersPage.svelte"),
  settings: () => import("./SettingsPage.svelte"),
  overview: () => import("../pages/overview/OverviewPage.svelte"),
};

/** Return the page of an address. */
export const pageOf = (route: Name): PageName => (route === "alert" || route === "loggedIn" ? "work" : route);

/** Return a page's component. */
export const lazy = async (name: PageName): Promise<Component> => (await loads[name]()).default;

/** Pages that an operator goes to in the middle of something, the small map of an alert among their libraries. */
const WORKING: readonly PageName[] = ["map", "crowd", "handover", "cameras"];

/** Load the working pages while there is a connection: one that is cut later takes none of them away. */
export function loadAhead(names: readonly PageName[] = WORKING): void {
  const [next, ...others] = names;
  if (next === undefined) return;
  const load = (): void => void lazy(next).then(() => loadAhead(others), () => undefined); // opening it says what is wrong
  if ("requestIdleCallback" in window) window.requestIdleCallback(load);
  else setTimeout(load);
}
