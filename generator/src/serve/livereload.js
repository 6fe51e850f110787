// Reloads the page when the site was built again. Speaks the LiveReload protocol 7.
(function () {
  "use strict";
  var script = document.currentScript;
  var address = new URL(script.src, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.pathname = "/livereload";
  // The build that this page is from: if there was another since, the server answers with a reload.
  var hello = { command: "hello", protocols: ["http://livereload.com/protocols/official-7"], ver: "1.0.0" };
  var wait = 250;

  function refreshStyles(path) {
    var name = path.split("/").pop();
    var found = false;
    document.querySelectorAll('link[rel="stylesheet"]').forEach(function (link) {
      var url = new URL(link.href, location.href);
      if (url.pathname.split("/").pop() !== name) return;
      url.searchParams.set("livereload", Date.now());
      link.href = url.href;
      found = true;
    });
    return found;
  }

  function connect(again) {
    var socket = new WebSocket(address.href);
    socket.onopen = function () {
      socket.send(JSON.stringify(hello));
      // The server went away and came back: the page may be out of date.
      if (again) location.reload();
    };
    socket.onmessage = function (event) {
      var message = JSON.parse(event.data);
      if (message.command !== "reload") return;
      if (message.liveCSS && refreshStyles(message.path)) return;
      location.reload();
    };
    socket.onclose = function () {
      setTimeout(function () { connect(true); }, wait);
      wait = Math.min(wait * 2, 5000);
    };
  }

  connect(false);
})();
