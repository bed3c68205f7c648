// SPDX-License-Identifier: Apache-2.0
#include "act/page.hpp"

namespace rempart::act {
namespace {

// Fonts of the system, one dark blue, and colours that never carry a meaning alone. Text on its
// ground has a contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3).
constexpr std::string_view kStyle = R"css(
:root{--ink:#1c2430;--quiet:#566173;--line:#d5dae1;--ground:#f4f6f8;--blue:#1d3d63;--good:#155b38;
--bad:#8f1d17;--warn:#6d4c00}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 "Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
main{max-width:1040px;margin:32px auto;padding:44px 56px 32px;background:#fff;border:1px solid var(--line);
border-top:6px solid var(--blue)}
h1{font-size:30px;line-height:1.2;margin:2px 0 20px;font-weight:650}
h2{font-size:20px;margin:44px 0 6px;padding-top:14px;border-top:2px solid var(--blue);color:var(--blue);font-weight:650}
h2.plain{border:0;margin-top:28px;padding:0}
h2 .no{display:inline-block;min-width:26px;color:var(--quiet);font-weight:400}
h3{font-size:15px;margin:18px 0 2px}
p{margin:6px 0 10px;max-width:78ch}
a{color:var(--blue)}
.confidential{float:right;margin:0;padding:3px 10px;border:1px solid var(--bad);color:var(--bad);font-size:12px;
text-align:right}
.kicker{margin:0;color:var(--quiet);letter-spacing:.06em;text-transform:uppercase;font-size:12.5px}
header dl{display:grid;grid-template-columns:1fr 1fr;gap:0 36px;margin:0}
header dl div{display:flex;gap:12px;padding:6px 0;border-top:1px solid var(--line)}
dt{color:var(--quiet)}
header dt{flex:0 0 150px}
dd{margin:0;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(5,1fr);gap:10px;margin:10px 0}
.figure{display:flex;flex-direction:column;justify-content:flex-end;padding:10px 12px;border:1px solid var(--line);
background:#fafbfc}
.figure dt{font-size:12.5px;line-height:1.3}
.figure dd{font-size:22px;font-weight:650;font-variant-numeric:tabular-nums;overflow-wrap:normal}
.figure.strong{border-left:4px solid var(--blue)}
.figure.strong dd{color:var(--blue)}
.notice{max-width:none;margin:8px 0;padding:9px 14px;border:1px solid var(--line);border-left-width:5px}
.notice.good{border-color:var(--good);color:var(--good)}
.notice.bad{border-color:var(--bad);color:var(--bad);font-weight:650}
.notice.warn{border-color:var(--warn);color:var(--warn)}
.note,.quiet{color:var(--quiet);font-size:.93em}
.statement{display:inline-block;margin:0 0 6px;padding:1px 9px;border:1px solid var(--line);border-radius:10px;
color:var(--quiet);font-size:12px}
.statement.inference,.statement.mixed{border-style:dashed;border-color:var(--quiet)}
nav ol{margin:22px 0 0;padding:12px 14px 12px 34px;background:var(--ground);columns:2;column-gap:36px}
nav li{padding:2px 0;break-inside:avoid}
table{width:100%;border-collapse:collapse;margin:14px 0 8px;font-size:13.5px;line-height:1.4}
caption{text-align:left;font-weight:650;padding:8px 0 4px;overflow-wrap:anywhere}
th,td{text-align:left;vertical-align:top;padding:6px 18px 6px 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--quiet);font-size:12.5px;font-weight:600;border-bottom:1.5px solid var(--ink)}
tbody th{font-weight:600;overflow-wrap:anywhere}
td{overflow-wrap:anywhere}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;overflow-wrap:normal}
thead .number{white-space:normal}
.word{overflow-wrap:normal}
.path{min-width:160px}
.queue td:last-child{width:31%}
.queue .code{letter-spacing:-.03em}
.code{font-family:ui-monospace,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.88em;overflow-wrap:anywhere}
.badge{display:inline-block;padding:0 8px;border:1px solid var(--quiet);border-radius:3px;white-space:nowrap}
.badge.good{border-color:var(--good);color:var(--good)}
.badge.bad{border-color:var(--bad);background:var(--bad);color:#fff;font-weight:650}
.badge.warn{border-color:var(--warn);color:var(--warn)}
table.codes{width:auto;min-width:380px}
table.digests td:nth-child(-n+2){width:1%;white-space:nowrap}
.reasons{list-style:none;margin:0;padding:0}
.reasons li{padding-left:36px;text-indent:-36px}
.reasons b{display:inline-block;min-width:36px;text-indent:0;font-variant-numeric:tabular-nums}
.preview{display:inline-block;width:112px;height:84px;overflow:hidden;background:var(--line)}
.preview img{width:112px;height:84px;object-fit:cover;filter:grayscale(1) blur(7px)}
.segments{list-style:none;margin:2px 0;padding:0;color:var(--quiet)}
.preview.sheet,.preview.sheet img{width:192px;height:144px}
.preview.sheet img{object-fit:contain;filter:grayscale(1) blur(4px)}
footer{margin-top:44px;padding-top:10px;border-top:1px solid var(--line);color:var(--quiet);font-size:12.5px}
footer p{margin:2px 0}
@media screen and (max-width:760px){main{margin:0;padding:20px 16px;border:0}.figures{grid-template-columns:1fr 1fr}
header dl,nav ol{display:block;columns:1}.confidential{float:none;display:inline-block}table{display:block;overflow-x:auto}}
@page{size:A4;margin:17mm 14mm 16mm;
@bottom-right{content:counter(page) " / " counter(pages);font:8pt Arial,"Liberation Sans",sans-serif;color:#566173}}
@media print{body{background:#fff;font-size:10pt}main{max-width:none;margin:0;padding:0;border:0}
h1{font-size:20pt}h2{font-size:13pt;margin-top:9mm;break-after:avoid}h3,caption,.statement{break-after:avoid}
table{font-size:8.6pt}thead{display:table-header-group;break-after:avoid}
table.digests,table.volumes,table.codes{break-inside:avoid}tr,.figure,.notice,header{break-inside:avoid}
a{color:inherit;text-decoration:none}p{orphans:3;widows:3}
.badge,.figure,.notice,.statement{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

constexpr std::string_view kStyleSha256 = "1faZzOquTgZW0/E/CGIZx+L4plgYSuKej9DRkj8wd3s=";

} // namespace

std::string_view style_sheet() noexcept {
    return kStyle;
}

std::string_view style_sha256() noexcept {
    return kStyleSha256;
}

} // namespace rempart::act
