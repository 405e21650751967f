/// The two files that a rehearsal plays when it is given none: those of the active/standby guide.
///
/// They are the files in `Examples/`, character for character; a test compares them. They are here because an installed
/// binary has no directory beside it.
package enum Examples {
    package static let activeName = "hapee-active.cfg"
    package static let standbyName = "hapee-standby.cfg"

    package static let active = """
        vrrp_script chk_sshd {
            script "pkill -0 sshd"      # pkill -0 is cheaper than pidof
            interval 5                  # check every 5 seconds
            weight -4                   # remove 4 points of prio if missing
            fall 2                      # check twice before setting down
            rise 1                      # check once before setting up
        }

        vrrp_script chk_lb {
            script "pkill -0 hapee-lb"  # pkill -0 is cheaper than pidof
            interval 1                  # check every second
            weight 6                    # add 6 points of prio if present
            fall 2                      # check twice before setting down
            rise 1                      # check once before setting up
        }

        vrrp_instance vrrp_1 {
            interface eth0              # Change network interface name
            state MASTER
            virtual_router_id 51
            priority 101
            virtual_ipaddress_excluded {
                192.168.50.10           # New IP address
            }
            track_interface {
                eth0 weight -2          # Change network interface name
            }
            track_script {
                chk_sshd
                chk_lb
            }
        }

        """

    package static let standby = """
        vrrp_script chk_sshd {
            script "pkill -0 sshd"      # pkill -0 is cheaper than pidof
            interval 5                  # check every 5 seconds
            weight -4                   # remove 4 points of prio if missing
            fall 2                      # check twice before setting down
            rise 1                      # check once before setting up
        }

        vrrp_script chk_lb {
            script "pkill -0 hapee-lb"  # pkill -0 is cheaper than pidof
            interval 1                  # check every second
            weight 6                    # add 6 points of prio if present
            fall 2                      # check twice before setting down
            rise 1                      # check once before setting up
        }

        vrrp_instance vrrp_1 {
            interface eth0              # Change network interface name
            state BACKUP
            virtual_router_id 51
            priority 100                # A lower priority value than the primary
            virtual_ipaddress_excluded {
                192.168.50.10           # Same IP address as on primary
            }
            track_interface {
                eth0 weight -2          # Change network interface name
            }
            track_script {
                chk_sshd
                chk_lb
            }
        }

        """
}
