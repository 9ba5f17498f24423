def test_a_write_outlives_its_leader(vagganet):
    vagganet("exec", "@leader", "etcdctl", "put", "color", "red")
    vagganet("kill", "@leader")
    # @leader is the new one, as soon as there is one
    assert vagganet("exec", "@leader", "etcdctl", "get", "color").split() == ["color", "red"]
