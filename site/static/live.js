"use strict";
// On a page that `harness view` serves: ask whether it has changed, and show it anew in its place.
(() => {
  let known = null;
  const ask = async () => {
    try {
      const said = await (await fetch(document.body.dataset.root + "live.json", { cache: "no-store" })).json();
      if (known !== null && said.state !== known && !document.querySelector("details.menu[open]")) location.reload();
      known = said.state;
    } catch { /* the server has ended: the page stays as it is */ }
    setTimeout(ask, 2000);
  };
  ask();
})();
