"""Every row: importing a module puts its rows into the list."""

import agree  # noqa: F401
import backups  # noqa: F401
import clocks  # noqa: F401
import company  # noqa: F401
import copies  # noqa: F401
import edits  # noqa: F401
import errors  # noqa: F401
import flips  # noqa: F401
import hostile  # noqa: F401
import keyrows  # noqa: F401
import kills  # noqa: F401
import limits  # noqa: F401
import loads  # noqa: F401
import power  # noqa: F401
import restores  # noqa: F401
import soak  # noqa: F401
import space  # noqa: F401
