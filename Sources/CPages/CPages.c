// The files of `pages`, by C23's `#embed`, and the table of them. A test compares it with the folder: a new file needs
// its lines here.

#include "CPages.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define PAGE "text/html; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define DRAWING "image/svg+xml"
#define ENTRY(path, type, name) {path, type, name, sizeof name}

static const unsigned char home[] = {
#embed "pages/home.html"
};
static const unsigned char host[] = {
#embed "pages/host.html"
};
static const unsigned char join[] = {
#embed "pages/join.html"
};
static const unsigned char monitor[] = {
#embed "pages/monitor.html"
};
static const unsigned char backoff_js[] = {
#embed "pages/assets/backoff.js"
};
static const unsigned char board_texts_js[] = {
#embed "pages/assets/board-texts.js"
};
static const unsigned char board_css[] = {
#embed "pages/assets/board.css"
};
static const unsigned char board_js[] = {
#embed "pages/assets/board.js"
};
static const unsigned char devices_js[] = {
#embed "pages/assets/devices.js"
};
static const unsigned char dom_js[] = {
#embed "pages/assets/dom.js"
};
static const unsigned char home_css[] = {
#embed "pages/assets/home.css"
};
static const unsigned char home_js[] = {
#embed "pages/assets/home.js"
};
static const unsigned char host_chosen_js[] = {
#embed "pages/assets/host-chosen.js"
};
static const unsigned char host_conduct_js[] = {
#embed "pages/assets/host-conduct.js"
};
static const unsigned char host_floor_js[] = {
#embed "pages/assets/host-floor.js"
};
static const unsigned char host_messages_js[] = {
#embed "pages/assets/host-messages.js"
};
static const unsigned char host_roster_js[] = {
#embed "pages/assets/host-roster.js"
};
static const unsigned char host_stage_js[] = {
#embed "pages/assets/host-stage.js"
};
static const unsigned char host_texts_js[] = {
#embed "pages/assets/host-texts.js"
};
static const unsigned char host_tools_js[] = {
#embed "pages/assets/host-tools.js"
};
static const unsigned char host_css[] = {
#embed "pages/assets/host.css"
};
static const unsigned char host_js[] = {
#embed "pages/assets/host.js"
};
static const unsigned char icon_svg[] = {
#embed "pages/assets/icon.svg"
};
static const unsigned char icons_js[] = {
#embed "pages/assets/icons.js"
};
static const unsigned char join_delegates_js[] = {
#embed "pages/assets/join-delegates.js"
};
static const unsigned char join_lobby_js[] = {
#embed "pages/assets/join-lobby.js"
};
static const unsigned char join_messages_js[] = {
#embed "pages/assets/join-messages.js"
};
static const unsigned char join_pictures_js[] = {
#embed "pages/assets/join-pictures.js"
};
static const unsigned char join_room_js[] = {
#embed "pages/assets/join-room.js"
};
static const unsigned char join_css[] = {
#embed "pages/assets/join.css"
};
static const unsigned char join_js[] = {
#embed "pages/assets/join.js"
};
static const unsigned char language_js[] = {
#embed "pages/assets/language.js"
};
static const unsigned char line_report_js[] = {
#embed "pages/assets/line-report.js"
};
static const unsigned char lists_js[] = {
#embed "pages/assets/lists.js"
};
static const unsigned char media_js[] = {
#embed "pages/assets/media.js"
};
static const unsigned char monitor_detail_js[] = {
#embed "pages/assets/monitor-detail.js"
};
static const unsigned char monitor_figures_js[] = {
#embed "pages/assets/monitor-figures.js"
};
static const unsigned char monitor_graph_js[] = {
#embed "pages/assets/monitor-graph.js"
};
static const unsigned char monitor_history_js[] = {
#embed "pages/assets/monitor-history.js"
};
static const unsigned char monitor_order_js[] = {
#embed "pages/assets/monitor-order.js"
};
static const unsigned char monitor_texts_js[] = {
#embed "pages/assets/monitor-texts.js"
};
static const unsigned char monitor_tiles_js[] = {
#embed "pages/assets/monitor-tiles.js"
};
static const unsigned char monitor_css[] = {
#embed "pages/assets/monitor.css"
};
static const unsigned char monitor_js[] = {
#embed "pages/assets/monitor.js"
};
static const unsigned char room_js[] = {
#embed "pages/assets/room.js"
};
static const unsigned char roster_index_js[] = {
#embed "pages/assets/roster-index.js"
};
static const unsigned char search_js[] = {
#embed "pages/assets/search.js"
};
static const unsigned char shapes_js[] = {
#embed "pages/assets/shapes.js"
};
static const unsigned char socket_js[] = {
#embed "pages/assets/socket.js"
};
static const unsigned char style_css[] = {
#embed "pages/assets/style.css"
};
static const unsigned char texts_js[] = {
#embed "pages/assets/texts.js"
};
static const unsigned char token_js[] = {
#embed "pages/assets/token.js"
};
static const unsigned char virtual_list_js[] = {
#embed "pages/assets/virtual-list.js"
};

const cpages_file cpages_files[] = {
    ENTRY("/", PAGE, home),
    ENTRY("/host", PAGE, host),
    ENTRY("/join", PAGE, join),
    ENTRY("/monitor", PAGE, monitor),
    ENTRY("/assets/backoff.js", SCRIPT, backoff_js),
    ENTRY("/assets/board-texts.js", SCRIPT, board_texts_js),
    ENTRY("/assets/board.css", STYLE, board_css),
    ENTRY("/assets/board.js", SCRIPT, board_js),
    ENTRY("/assets/devices.js", SCRIPT, devices_js),
    ENTRY("/assets/dom.js", SCRIPT, dom_js),
    ENTRY("/assets/home.css", STYLE, home_css),
    ENTRY("/assets/home.js", SCRIPT, home_js),
    ENTRY("/assets/host-chosen.js", SCRIPT, host_chosen_js),
    ENTRY("/assets/host-conduct.js", SCRIPT, host_conduct_js),
    ENTRY("/assets/host-floor.js", SCRIPT, host_floor_js),
    ENTRY("/assets/host-messages.js", SCRIPT, host_messages_js),
    ENTRY("/assets/host-roster.js", SCRIPT, host_roster_js),
    ENTRY("/assets/host-stage.js", SCRIPT, host_stage_js),
    ENTRY("/assets/host-texts.js", SCRIPT, host_texts_js),
    ENTRY("/assets/host-tools.js", SCRIPT, host_tools_js),
    ENTRY("/assets/host.css", STYLE, host_css),
    ENTRY("/assets/host.js", SCRIPT, host_js),
    ENTRY("/assets/icon.svg", DRAWING, icon_svg),
    ENTRY("/assets/icons.js", SCRIPT, icons_js),
    ENTRY("/assets/join-delegates.js", SCRIPT, join_delegates_js),
    ENTRY("/assets/join-lobby.js", SCRIPT, join_lobby_js),
    ENTRY("/assets/join-messages.js", SCRIPT, join_messages_js),
    ENTRY("/assets/join-pictures.js", SCRIPT, join_pictures_js),
    ENTRY("/assets/join-room.js", SCRIPT, join_room_js),
    ENTRY("/assets/join.css", STYLE, join_css),
    ENTRY("/assets/join.js", SCRIPT, join_js),
    ENTRY("/assets/language.js", SCRIPT, language_js),
    ENTRY("/assets/line-report.js", SCRIPT, line_report_js),
    ENTRY("/assets/lists.js", SCRIPT, lists_js),
    ENTRY("/assets/media.js", SCRIPT, media_js),
    ENTRY("/assets/monitor-detail.js", SCRIPT, monitor_detail_js),
    ENTRY("/assets/monitor-figures.js", SCRIPT, monitor_figures_js),
    ENTRY("/assets/monitor-graph.js", SCRIPT, monitor_graph_js),
    ENTRY("/assets/monitor-history.js", SCRIPT, monitor_history_js),
    ENTRY("/assets/monitor-order.js", SCRIPT, monitor_order_js),
    ENTRY("/assets/monitor-texts.js", SCRIPT, monitor_texts_js),
    ENTRY("/assets/monitor-tiles.js", SCRIPT, monitor_tiles_js),
    ENTRY("/assets/monitor.css", STYLE, monitor_css),
    ENTRY("/assets/monitor.js", SCRIPT, monitor_js),
    ENTRY("/assets/room.js", SCRIPT, room_js),
    ENTRY("/assets/roster-index.js", SCRIPT, roster_index_js),
    ENTRY("/assets/search.js", SCRIPT, search_js),
    ENTRY("/assets/shapes.js", SCRIPT, shapes_js),
    ENTRY("/assets/socket.js", SCRIPT, socket_js),
    ENTRY("/assets/style.css", STYLE, style_css),
    ENTRY("/assets/texts.js", SCRIPT, texts_js),
    ENTRY("/assets/token.js", SCRIPT, token_js),
    ENTRY("/assets/virtual-list.js", SCRIPT, virtual_list_js),
};

const unsigned long cpages_count = sizeof cpages_files / sizeof cpages_files[0];

const cpages_file *cpages_at(unsigned long index) {
    return index < cpages_count ? &cpages_files[index] : 0;
}
