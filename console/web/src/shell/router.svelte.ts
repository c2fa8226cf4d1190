/** Router: the page's addresses and what each shows, by the History API. Names of people and rooms stand in no address. */

export const PATHS = {
  work: "/",
  alert: "/melding/{id}",
  map: "/kaart",
  crowd: "/drukte",
  handover: "/overdracht",
  cameras: "/cameras",
  system: "/systeem",
  audit: "/audit",
  users: "/gebruikers",
  settings: "/instellingen",
  overview: "/overzicht",
  loggedIn: "/ingelogd",
} as const;
export type Name = keyof typeof PATHS;
/** A place on the page; `id` is that of an alert, where one is open. */
export type Route = { name: Name; id: string | null; path: string };

/** Return where an address leads; an unknown one to the work page. */
export function routeOf(path: string): Route {
  const alert = /^\/melding\/([^/]+)\/?$/.exec(path);
  if (alert) return { name: "alert", id: decoded(alert[1] as string), path };
  const plain = path === "/" ? path : path.replace(/\/$/, "");
  const name = (Object.keys(PATHS) as Name[]).find((each) => PATHS[each] === plain);
  return { name: name ?? "work", id: null, path };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return the address of a place. */
export const pathOf = (name: Name, id = ""): string => PATHS[name].replace("{id}", encodeURIComponent(id));

class Router {
  route = $state.raw<Route>(routeOf(globalThis.location?.pathname ?? "/"));

  /** Go to a place; `replace` leaves no step back to where one was. */
  go(name: Name, id = "", replace = false): void {
    this.open(pathOf(name, id), replace);
  }

  open(path: string, replace = false): void {
    if (path !== location.pathname) history[replace ? "replaceState" : "pushState"](null, "", path);
    this.route = routeOf(path);
  }

  /** Follow links of the page and the browser's own steps; returns what undoes it. */
  listen(): () => void {
    const back = (): void => void (this.route = routeOf(location.pathname));
    const click = (event: MouseEvent): void => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target !== "" || link.download !== "") return;
      if (link.origin !== location.origin || link.pathname.startsWith("/api/") || link.hash !== "") return;
      event.preventDefault();
      this.open(link.pathname);
    };
    addEventListener("popstate", back);
    document.addEventListener("click", click);
    return () => {
      removeEventListener("popstate", back);
      document.removeEventListener("click", click);
    };
  }
}

export const router = new Router();
