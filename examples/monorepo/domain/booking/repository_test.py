import unittest

from domain.booking.repository import MemoryRepository, Repository
from domain.shipments.inbound import read_interchange
from domain.shipments.model import Status
from libs.base.errors import InvalidInput, NotFound
from libs.base.ids import parse_shipment_id

MESSAGE = "UNH+1+IFTMIN'BGM+340+HRB-00000007'NAD+C00001'LOC+NLRTM+USNYC'MEA+1'UNT+6+1'"


class RepositoryTest(unittest.TestCase):
    def test_memory(self) -> None:
        repository: Repository = MemoryRepository()
        (shipment,), _ = read_interchange(MESSAGE)
        repository.add(shipment)
        self.assertIs(repository.get(shipment.id), shipment)
        self.assertEqual(list(repository.with_status(Status.AT_SEA)), [])
        with self.assertRaises(InvalidInput):
            repository.add(shipment)
        with self.assertRaises(NotFound):
            repository.get(parse_shipment_id("HRB-00000008"))


if __name__ == "__main__":
    unittest.main()
