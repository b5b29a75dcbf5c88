import unittest

from domain.shipments.inbound import read_interchange, telexed_shipments
from domain.shipments.model import Status
from libs.base.errors import InvalidInput

GOOD = """UNH+1+IFTMIN:D:96A'
BGM+340+HRB-00000001'
NAD+C00042'
LOC+DEHAM+SGSIN'
MEA+12.5'
UNT+6+1'
"""


class InboundTest(unittest.TestCase):
    def test_good_and_bad_messages(self) -> None:
        shipments, errors = read_interchange(GOOD + GOOD.replace("SGSIN", "XXXXX"))
        self.assertEqual([shipment.destination.name for shipment in shipments], ["Singapore"])
        self.assertEqual([error.code for error in errors], ["not-found"])

    def test_broken_interchange(self) -> None:
        with self.assertRaises(InvalidInput):
            read_interchange("UNH+1+IFTMIN'")

    def test_status(self) -> None:
        (shipment,), _ = read_interchange(GOOD)
        delivered = shipment.advanced().advanced()
        self.assertIs(delivered.status, Status.DELIVERED)
        with self.assertRaises(InvalidInput):
            delivered.advanced()

    def test_telex(self) -> None:
        lines = ["HRB-00000002/a", "HRB-00000003/a/b/c"]
        self.assertEqual(telexed_shipments(lines), ["HRB-00000002", "HRB-00000003"])


if __name__ == "__main__":
    unittest.main()
