from space.one import One


class Two(One):
    def area(self) -> int:
        return self.width * self.height
