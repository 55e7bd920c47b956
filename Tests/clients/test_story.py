"""The story of a damaged tenant on a real server, judged step by step by a model that knows the entries alone.

The whole of it: Tools/test-clients -k story --people 50000 --tenants 60 --asked 600
"""

from dataset import Sizes, generate
from story import STEPS, TO_COME, Story


def test_a_damaged_tenant_is_found_shown_mended_and_unmended(new_server, pytestconfig):
    people, tenants, asked = map(pytestconfig.getoption, ("people", "tenants", "asked"))
    data = generate(Sizes(partners=3, tenants=tenants, people=people), seed=13)
    story = Story(new_server().start(), data, asked)
    for step in STEPS:
        if story.has(step.needs):
            story.take(step)
        else:
            assert step.needs in TO_COME, f"“{step.name}” needs {step.needs}, which is not there"
