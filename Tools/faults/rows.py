"""Every row: importing a module puts its rows into the list."""

import clocks  # noqa: F401
import copies  # noqa: F401
import errors  # noqa: F401
import flips  # noqa: F401
import kills  # noqa: F401
import power  # noqa: F401
