"""How long are acts kept? What is older is neither taken in nor left in any file."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from analytics.vault import database, ledger
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb


def oldest_kept(settings: Settings, tools: Iterable[str], today: date) -> dict[str, datetime]:
    """Return tool -> first instant (UTC) that is kept on that day, for tools that have a limit."""
    days = {tool: settings.days_kept(tool) for tool in tools}
    midnight = datetime.combine(today, datetime.min.time())
    return {
        tool: midnight - timedelta(days=kept) for tool, kept in days.items() if kept is not None
    }


def make_table(connection: "duckdb.DuckDBPyConnection", oldest: dict[str, datetime]) -> None:
    """Make table oldest (tool, "at") from what `oldest_kept` gave."""
    connection.execute('create table oldest (tool text, "at" timestamp)')
    for tool, at in oldest.items():
        connection.execute("insert into oldest values ($tool, $at)", {"tool": tool, "at": at})


def due(workspace: Workspace, today: date) -> dict[str, datetime]:
    """Return tool -> first instant to keep, for tools of which older acts are kept; empty when nothing is due."""
    first = first_acts(workspace)
    oldest = oldest_kept(workspace.settings, first, today)
    return {tool: at for tool, at in oldest.items() if first[tool] < at}


def first_acts(workspace: Workspace) -> dict[str, datetime]:
    """Return tool -> instant (UTC) of the first act that any import keeps, also one that is left out."""
    query = 'select tool, min("at") from acts group by tool order by tool'
    return _ask(workspace, query, {})


def older(workspace: Workspace, oldest: dict[str, datetime]) -> dict[str, int]:
    """Return tool -> number of kept acts before these instants, each counted once."""
    query = (
        "select tool, count(distinct event) from acts join oldest using (tool)"
        ' where acts."at" < oldest."at" group by tool order by tool'
    )
    return _ask(workspace, query, oldest)


def _ask(workspace: Workspace, query: str, oldest: dict[str, datetime]) -> dict[str, Any]:
    """Run a query over the acts of every import and table oldest; return its two columns as a dict."""
    folders = [workspace.imports / entry.id for entry in ledger.entries(workspace)]
    files = [folder / "event.parquet" for folder in folders if folder.is_dir()]
    if not files:
        return {}
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        make_table(connection, oldest)
        connection.execute(f"create view acts as from {database.parquet(*files)}")
        return dict(connection.sql(query).fetchall())
