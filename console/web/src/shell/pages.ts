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
