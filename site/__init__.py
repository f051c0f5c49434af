"""The static leaderboard: plain files that work from disk, without a server or external requests.

build(source, out, board=BoardText(…)) -> SiteResult(index, pages, runs, samples, bytes, …)
    source: StoreSource(store, run_ids), or any other implementation of `Source`
serve(folder, host="127.0.0.1", port=8000, ready=print_url)      preview; UsageError if taken
make_server(folder, host, port)                                  the same, not yet running
"""

from harness.site.board_text import BoardText
from harness.site.build import SiteResult, build
from harness.site.server import make_server, serve
from harness.site.source import About, Source, StoreSource

__all__ = [
    "About",
    "BoardText",
    "SiteResult",
    "Source",
    "StoreSource",
    "build",
    "make_server",
    "serve",
]
