import pytest

from simulator.tempostar import area, backoffice
from tests.integration.tempostar.office import Office


@pytest.fixture
def office(parts):
    return Office(parts(area.SCHEMA, backoffice.SCHEMA))
