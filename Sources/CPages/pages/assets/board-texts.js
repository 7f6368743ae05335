// Texts that /host and /monitor share, beside those of all pages.

import { add } from "./language.js";

add({
  vi: {
    "roster.search": "Tìm theo tên hoặc mã (có dấu hoặc không dấu)", "roster.find": "Tìm tên hoặc mã", "roster.place": "Lọc theo cấp hoặc theo tỉnh",
    "roster.nobody": "Không có điểm cầu nào như vậy.", "place.all": "Mọi cấp, mọi nơi", "place.levels": "Cấp",
    "place.parents": "Thuộc điểm cầu", "cancel": "Không", "connection.open": "Đã kết nối",
    "connection.lost": "Mất kết nối, đang nối lại", "connection.idle": "Chưa kết nối", "connection.ended": "Đã ngắt",
    "gate.again": "Kết nối lại", "gate.home": "Về trang đầu", "gate.title": "Không ở trong phòng họp",
    "role.notForPage": "Mã vào phòng này ({role}) không dùng được cho trang này.",
    "stale.lost": "Mất kết nối với máy chủ, đang tự kết nối lại. Những gì đang thấy là của {time} trước.",
    "stale.figures": "Máy chủ không gửi số liệu mới. Những gì đang thấy là của {time} trước.",
    "second.one": "{n} giây", "minute.one": "{n} phút", "hour.one": "{n} giờ {m} phút", "day.one": "{n} ngày",
  },
  en: {
    "roster.search": "Find by name or code (with or without marks)", "roster.find": "Find name or code", "roster.place": "Only a level or a province",
    "roster.nobody": "There is no such point.", "place.all": "All levels, everywhere", "place.levels": "Level",
    "place.parents": "Below the point", "cancel": "Cancel", "connection.open": "Connected",
    "connection.lost": "Connection lost, trying again", "connection.idle": "Not connected", "connection.ended": "Disconnected",
    "gate.again": "Connect again", "gate.home": "To the first page", "gate.title": "Not in the room",
    "role.notForPage": "This room token ({role}) is not for this page.",
    "stale.lost": "The server is lost; connecting again by itself. What you see is {time} old.",
    "stale.figures": "The server sends no new figures. What you see is {time} old.",
    "second.one": "{n} s", "minute.one": "{n} min", "hour.one": "{n} h {m} min", "day.one": "{n} days",
  },
});
