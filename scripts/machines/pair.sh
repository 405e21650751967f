# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# Two load balancers as they are before the guide begins: HAProxy serves on their own address, sshd runs, and a firewall
# lets nothing in but what they serve. To be sourced.

declare -A own_address=([lb1]=192.168.50.11 [lb2]=192.168.50.12)

# furnish NAME: what an installer would have asked.
furnish() {
    local name=$1 etc=$lab/$1/root/etc
    echo "$name" >"$etc/hostname"
    printf '127.0.0.1 localhost\n%s lb1\n%s lb2\n' "${own_address[lb1]}" "${own_address[lb2]}" >"$etc/hosts"
    cat >"$etc/network/interfaces" <<-END
	auto lo
	iface lo inet loopback

	auto eth0
	iface eth0 inet static
	    address ${own_address[$name]}/24
	END
    # Answers by itself, with the machine's name.
    cat >>"$etc/haproxy/haproxy.cfg" <<-END

	frontend own
	    mode http
	    bind ${own_address[$name]}:80
	    default_backend web_servers

	backend web_servers
	    mode http
	    http-request return status 200 content-type text/plain string $name
	END
    # Before everything else on this machine, as the client is: that a server waits for a processor is no gap of the
    # address. The daemon has no such privilege.
    mkdir -p "$etc/systemd/system/haproxy.service.d"
    printf '[Service]\nCPUSchedulingPolicy=fifo\nCPUSchedulingPriority=1\n' >"$etc/systemd/system/haproxy.service.d/processor.conf"
    cp "$LAB_PACKAGE" "$lab/$name/root/root/"
}

# lb1 has firewalld, with eth0 in its zone `public`.
furnish_firewalld() {
    local root=$lab/$1/root
    systemctl --quiet --root="$root" disable netfilter-persistent
    cat >"$root/etc/firewalld/zones/public.xml" <<-END
	<?xml version="1.0" encoding="utf-8"?>
	<zone>
	  <short>Public</short>
	  <interface name="eth0"/>
	  <service name="ssh"/>
	  <service name="http"/>
	</zone>
	END
}

# lb2 has iptables, which drops what it does not know, in and out.
furnish_iptables() {
    local root=$lab/$1/root
    systemctl --quiet --root="$root" disable firewalld
    cat >"$root/etc/iptables/rules.v4" <<-END
	*filter
	:INPUT DROP [0:0]
	:FORWARD DROP [0:0]
	:OUTPUT DROP [0:0]
	-A INPUT -i lo -j ACCEPT
	-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	-A INPUT -p icmp -j ACCEPT
	-A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT
	-A OUTPUT -o lo -j ACCEPT
	-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	-A OUTPUT -p icmp -j ACCEPT
	COMMIT
	END
}

fresh_pair() {
    local name
    for name in lb1 lb2; do
        make_machine "$name"
        furnish "$name"
    done
    furnish_firewalld lb1
    furnish_iptables lb2
    for name in lb1 lb2; do switch_on "$name"; done
    for name in lb1 lb2; do
        booted "$name boots with systemd, and every service of it runs" "$name"
        eventually "$name serves on its own address" 10 is "$name" answer_of "${own_address[$name]}"
    done
}
