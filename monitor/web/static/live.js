// New alerts on the open page, as the server shows them; without this script nothing is missing.
"use strict";

(() => {
  const place = document.getElementById("arrived");
  const status = document.getElementById("live-status");
  if (!place || !status || !window.EventSource) return;
  const title = document.title;
  let count = 0;

  // Not `fetch`: only this reads markup into a document that runs nothing, without making markup of any text here.
  const load = (address) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject());
    request.onerror = reject;
    request.send();
  });

  const show = (view) => {
    const cards = [...view.querySelectorAll("main article.card")];
    for (const field of view.querySelectorAll("article.card input[name=at]")) field.value = place.dataset.here;
    document.querySelector("main > .empty")?.remove();
    place.prepend(...cards);
    document.getElementById("standing-unread").textContent = view.getElementById("standing-unread").textContent;
    count += cards.length;
    status.textContent = count === 1 ? "1 alert came in" : `${count} alerts came in`;
    document.title = `(${count}) ${title}`;
  };

  let shown = Promise.resolve();
  const stream = new EventSource(`/live?after=${place.dataset.after}`);
  stream.addEventListener("open", () => { status.textContent ||= "live"; });
  stream.addEventListener("alerts", (message) => {
    shown = shown.then(() => load(message.data)).then(show).catch(() => {
      status.textContent = "Alerts came in: reload the page to see them";
    });
  });
})();
