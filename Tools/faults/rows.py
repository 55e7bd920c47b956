"""Every row: importing a module puts its rows into the list."""

import errors  # noqa: F401
import kills  # noqa: F401
import power  # noqa: F401
