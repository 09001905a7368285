/// \file
/// The page of a report for browsers, following the journal.
#pragma once

#include <string>

#include "journal_account.hpp"
#include "reading.hpp"

#ifdef KNOBLESS_SERVE
#include <httplib.h>

#include <cstddef>
#include <cstdio>
#include <mutex>
#include <utility>

#include <knobless/report/html_report.hpp>
#include <knobless/report/page_data.hpp>
#endif

namespace knobless_command {

#ifdef KNOBLESS_SERVE

/// The data of the page, as new as the journal.
class served_data {
 public:
  served_data(reading& r, std::string study) : reading_(r), study_(std::move(study)) {}

  struct version {
    std::string tag;
    std::string json;
  };
  /// From any thread. Reads what was written since, and sums up only where there is something.
  [[nodiscard]] version latest() {
    const std::scoped_lock lock(mutex_);
    if (const std::string trouble = reading_.more(); !trouble.empty()) complain(trouble);
    const std::string tag = text("\"", std::to_string(reading_.lines()), "\"");
    if (tag != latest_.tag) {
      const jf::study_entry* const s = reading_.study(study_);
      const auto known = s ? std::optional(account_of(reading_, *s)) : std::nullopt;
      if (known && *known)
        latest_ = {tag,
                   knobless::detail::page_data(knobless::summarize(known->value().happened, known->value().facts))};
    }
    return latest_;
  }

 private:
  std::mutex mutex_;
  reading& reading_;
  std::string study_;
  version latest_;
};

/// Whether a request is meant for this server: the name that a browser was led here by is the machine's own or the one given. Else a
/// page from elsewhere could read the journal under a name of its own (DNS rebinding).
[[nodiscard]] inline bool meant_for_us(const httplib::Request& request, const std::string& host, int port) {
  if (host == "0.0.0.0" || host == "::") return true;
  const std::string given = request.get_header_value("Host");
  for (const std::string& name : {host, std::string("localhost")})
    if (given == text(name, ":", std::to_string(port)) || (port == 80 && given == name)) return true;
  return false;
}

/// Serves until the process is ended: nothing is written, so that there is nothing to tidy up.
[[nodiscard]] inline int serve(reading& r, const std::string& study, const std::string& host, int port) {
  constexpr int well = 0;
  constexpr int unreadable = 3;
  served_data data(r, study);
  httplib::Server server;
  // A port has one server: the library's default lets several share it.
  server.set_socket_options([](socket_t s) {
    const int on = 1;
    ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  server.set_payload_max_length(0);
  server.set_read_timeout(5);
  server.set_keep_alive_max_count(1000);
  server.set_default_headers({{"Content-Security-Policy", knobless::detail::page_parts::policy(true)},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Cross-Origin-Resource-Policy", "same-origin"},
                              {"Cache-Control", "no-store"}});
  server.set_pre_routing_handler([&](const httplib::Request& request, httplib::Response& response) {
    const bool read = request.method == "GET" || request.method == "HEAD";
    if (read && meant_for_us(request, host, port)) return httplib::Server::HandlerResponse::Unhandled;
    response.status = read ? 403 : 405;
    return httplib::Server::HandlerResponse::Handled;
  });
  server.Get("/", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(knobless::detail::page_parts::page(data.latest().json, true), "text/html; charset=utf-8");
  });
  server.Get("/data", [&](const httplib::Request& request, httplib::Response& response) {
    const served_data::version now = data.latest();
    response.set_header("ETag", now.tag);
    if (request.get_header_value("If-None-Match") == now.tag)
      response.status = 304;
    else
      response.set_content(now.json, "application/json");
  });
  if (port == 0)
    port = server.bind_to_any_port(host.c_str());
  else if (!server.bind_to_port(host.c_str(), port))
    port = -1;
  if (port < 0)
    return complain(
               text("nothing can be served at ", host, ": the port is taken, or the address is none of this machine")),
           unreadable;
  std::printf("http://%s:%d/ shows the journal; Ctrl-C ends it\n", host.c_str(), port);
  std::fflush(stdout);
  return server.listen_after_bind() ? well : unreadable;
}

#else

[[nodiscard]] inline int serve(reading&, const std::string&, const std::string&, int) {
  constexpr int damaged = 1;
  return complain("this `knobless` has no server: it was built without cpp-httplib (Debian: libcpp-httplib-dev)"),
         damaged;
}

#endif

}  // namespace knobless_command
