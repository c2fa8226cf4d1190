import { expect, it } from "vitest";
import { actionsOf } from "./actions.ts";

it("offers what is allowed in the page's order with its key, and nothing else", () => {
  expect(actionsOf(["close", "acknowledge", "something_new"])).toEqual([{ action: "acknowledge", key: "a" }, { action: "close", key: "s" }]);
  expect(actionsOf([])).toEqual([]);
});

it("has a place for every action of the API", () => {
  const all = ["acknowledge", "release", "shelve", "unshelve", "assign", "false_alarm", "confirm_dispatch", "close", "reopen", "note", "merge", "split", "detach", "attach"];
  expect(actionsOf(all).map((each) => each.action).sort()).toEqual([...all].sort());
});
